package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"earshot/bot/media"
	"earshot/bot/peer/guard"
	"earshot/bot/room"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
)

// attendance is the rooms that the bot is in, and what it went through in those that it left.
type attendance struct {
	mu   sync.Mutex
	now  map[*room.Room]bool
	past media.Stats
}

// enter counts a room until the returned function is called.
func (a *attendance) enter(r *room.Room) (leave func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.now == nil {
		a.now = map[*room.Room]bool{}
	}
	a.now[r] = true
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.now, r)
		a.past.Add(r.Stats())
	}
}

// sum adds all rooms up.
func (a *attendance) sum() media.Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.past
	for r := range a.now {
		s.Add(r.Stats())
	}
	return s
}

// figures are what a station's parts tell at one moment.
type figures struct {
	text     transcribe.Stats
	rooms    media.Stats
	decoders decoder.Stats
	sessions int
	watchers int
	// broken is how many profiles have rule files with mistakes.
	broken int
	// unjudged is how often a rule failed.
	unjudged uint64
	// dropped is how many datagrams were dropped before they were parsed, by reason.
	dropped map[guard.Reason]uint64
	// spool is how much sound waits, in bytes, and failed how many clips could not be decoded; -1: the store is busy.
	spool, failed int64
	// failing is 1 while the record can't be written to; free is the room on its disk, in bytes; -1: it is not known.
	failing, free float64
}

// state reads a station's figures when Prometheus asks for them.
type state struct{ s *Station }

func (c state) read() figures {
	f := figures{
		text: c.s.text.Stats(), rooms: c.s.stays.sum(), decoders: c.s.Speech.pool.Stats(),
		sessions: c.s.Sessions.InRooms(), watchers: c.s.Hub.Watchers(), broken: len(c.s.profiles.mistakes()), spool: -1, failed: -1,
		dropped: map[guard.Reason]uint64{}, unjudged: c.s.Sessions.Unjudged(),
	}
	for _, r := range guard.Reasons() {
		f.dropped[r] = c.s.guard.Dropped(r)
	}
	if c.s.small != nil {
		small := c.s.small.pool.Stats()
		f.decoders.Restarts += small.Restarts
		f.decoders.CPU += small.CPU
		f.decoders.Processes = append(f.decoders.Processes, small.Processes...)
	}
	if c.s.Store.Trouble() != nil {
		f.failing = 1
	}
	f.free = -1
	if free, err := c.s.record.free(); err == nil {
		f.free = float64(free)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if u, err := c.s.Store.SpoolUsage(ctx); err == nil {
		f.spool, f.failed = u.WaitingBytes, int64(u.Failed)
	}
	return f
}

// Describe implements prometheus.Collector: the figures are known only when they are asked for.
func (state) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c state) Collect(out chan<- prometheus.Metric) {
	f := c.read()
	for _, m := range measures() {
		v := m.read(f)
		if v < 0 { // not known now
			continue
		}
		var names, values []string
		if m.label != "" {
			names, values = []string{m.label}, []string{m.value}
		}
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc("earshot_"+m.name, m.help, names, nil), m.kind, v, values...)
	}
}

// measure is one figure of the page, with one label at most.
type measure struct {
	name, label, value string
	kind               prometheus.ValueType
	help               string
	read               func(figures) float64
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

// measures lists the figures that are read when they are asked for. docs/metrics.md explains them.
func measures() []measure {
	return append(slices.Concat(textMeasures(), rtpMeasures(), guardMeasures()), []measure{
		{
			"decoder_restarts_total", "", "", counter, "Decoder processes that ended before they were told to.",
			func(f figures) float64 { return float64(f.decoders.Restarts) },
		},
		{
			"decoder_processes", "", "", gauge, "Decoder processes that run.",
			func(f figures) float64 { return float64(len(f.decoders.Processes)) },
		},
		{
			"decoder_cpu_seconds_total", "", "", counter, "Processor time of all decoder processes.",
			func(f figures) float64 { return f.decoders.CPU.Seconds() },
		},
		{"watchers", "", "", gauge, "Pages and programs that watch live.", func(f figures) float64 { return float64(f.watchers) }},
		{"sessions", "", "", gauge, "Rooms that are listened in.", func(f figures) float64 { return float64(f.sessions) }},
		{"rules_broken", "", "", gauge, "Profiles whose rule files have mistakes; the rules from before stay in " +
			"force.", func(f figures) float64 { return float64(f.broken) }},
		{
			"record_failing", "", "", gauge, "1 while nothing can be written to the record, as on a full disk.",
			func(f figures) float64 { return f.failing },
		},
		{"disk_free_bytes", "", "", gauge, "Room on the disk of the record.", func(f figures) float64 { return f.free }},
		{"unstored_seconds", "", "", gauge, "Speech that waits in memory because it could not be stored.", func(f figures) float64 {
			return f.rooms.Unstored.Seconds()
		}},
		{"spool_bytes", "", "", gauge, "Sound on disk that waits for decoding.", func(f figures) float64 { return float64(f.spool) }},
		{
			"spool_failed_clips", "", "", gauge, "Clips kept because they could not be decoded.",
			func(f figures) float64 { return float64(f.failed) },
		},
	}...)
}

// textMeasures are those of decoding.
func textMeasures() []measure {
	const backlog, waits = "backlog_seconds", "Sound that waits for decoding."
	return []measure{
		{backlog, "class", "final", gauge, waits, func(f figures) float64 { return float64(f.text.QueuedMS-f.text.RecoveredMS) / 1000 }},
		{backlog, "class", "recovered", gauge, waits, func(f figures) float64 { return float64(f.text.RecoveredMS) / 1000 }},
		{backlog, "class", "partial", gauge, waits, func(f figures) float64 { return float64(f.text.PartialMS) / 1000 }},
		{backlog, "class", "second_look", gauge, waits, func(f figures) float64 { return float64(f.text.AgainMS) / 1000 }},
		{"backlog_clips", "", "", gauge, "Clips that wait for decoding.", func(f figures) float64 { return float64(f.text.Queued) }},
		{"backlog_rung", "", "", gauge, "How far the backlog ladder was climbed; 0 is " +
			"none.", func(f figures) float64 { return float64(f.text.Rung) }},
		{
			"oldest_final_seconds", "", "", gauge, "How long ago the speech ended that waits longest for its line.",
			func(f figures) float64 { return f.text.Oldest.Seconds() },
		},
		{
			"oldest_final_overdue_seconds", "", "", gauge, "How far the most urgent clip is beyond its deadline.",
			func(f figures) float64 { return f.text.Overdue.Seconds() },
		},
		{
			"final_lag_seconds", "", "", gauge, "How long a clip that ended now would wait.",
			func(f figures) float64 { return f.text.Lag.Seconds() },
		},
		{"rtf", "", "", gauge, "Decoding time per second of speech, since the start.", rtf},
		{"partials_total", "", "", counter, "Partial texts shown.", func(f figures) float64 { return float64(f.text.Partials) }},
		{
			"partials_shed_total", "", "", counter, "Partial texts that were not decoded, to save time.",
			func(f figures) float64 { return float64(f.text.PartialsShed) },
		},
		{
			"partials_retracted_total", "", "", counter, "Partial texts that were taken back.",
			func(f figures) float64 { return float64(f.text.Retracted) },
		},
		{
			"degraded_finals_total", "", "", counter, "Lines decoded by the fallback model.",
			func(f figures) float64 { return float64(f.text.Degraded) },
		},
		{
			"second_looks_total", "", "", counter, "Lines decoded again in a longer window.",
			func(f figures) float64 { return float64(f.text.SecondLooks) },
		},
		{
			"decode_retries_total", "", "", counter, "Decodes that failed and were tried again.",
			func(f figures) float64 { return float64(f.text.Retried) },
		},
		{
			"redelivered_total", "", "", counter, "Lines that could not be stored at once, each attempt.",
			func(f figures) float64 { return float64(f.text.Redelivered) },
		},
		{"parked_lines", "", "", gauge, "Lines that could not be stored so far and are tried again.", func(f figures) float64 {
			return float64(f.text.Parked)
		}},
		{
			"unjudged_total", "", "", counter, "Lines and observations that were not judged because a rule failed.",
			func(f figures) float64 { return float64(f.unjudged) },
		},
		{"verdict_looks_total", "", "", counter, "Clips of flagged lines that were heard a second time.", func(f figures) float64 {
			return float64(f.text.Looks)
		}},
		{"verdict_looks_late_total", "", "", counter, "Second hearings given up because they would have come too late.", func(f figures) float64 {
			return float64(f.text.LooksLate)
		}},
	}
}

// rtpMeasures are those of the way here, of all rooms since the start.
func rtpMeasures() []measure {
	const tracks, open = "tracks", "Open tracks."
	count := func(name, help string, read func(media.Stats) int64) measure {
		return measure{"rtp_" + name + "_total", "", "", counter, help, func(f figures) float64 { return float64(read(f.rooms)) }}
	}
	seconds := func(name, help string, ms func(media.Stats) int64) measure {
		return measure{"rtp_" + name + "_seconds_total", "", "", counter, help, func(f figures) float64 { return float64(ms(f.rooms)) / 1000 }}
	}
	return []measure{
		{tracks, "state", "decoded", gauge, open, func(f figures) float64 { return float64(f.rooms.Decoded) }},
		{
			"deaf_speakers", "", "", gauge, "People who are shown as talking and are not heard.",
			func(f figures) float64 { return float64(f.rooms.Deaf) },
		},
		{
			"unheard_seconds_total", "", "", counter, "Talk that platforms showed and of which nothing was heard.",
			func(f figures) float64 { return f.rooms.Unheard.Seconds() },
		},
		{tracks, "state", "silent", gauge, open, func(f figures) float64 { return float64(f.rooms.Silent) }},
		count("packets", "RTP packets that came.", func(s media.Stats) int64 { return int64(s.Packets) }), //nolint:gosec // a count
		count("bad_packets", "Packets that were no RTP, or held no Opus.", func(s media.Stats) int64 { return int64(s.Bad) + s.Media.BadOpus }),
		count("dropped_packets", "Packets dropped because this machine could not keep up.", func(s media.Stats) int64 { return int64(s.Dropped) }),
		count("lost_packets", "Packets that did not come in time.", func(s media.Stats) int64 { return s.Media.Lost }),
		count("late_packets", "Packets that came too late to be played.", func(s media.Stats) int64 { return s.Media.Late }),
		count("duplicate_packets", "Packets that came twice.", func(s media.Stats) int64 { return s.Media.Duplicate }),
		seconds("concealed", "Lost sound that was made up.", func(s media.Stats) int64 { return s.Media.ConcealedMS }),
		seconds("recovered", "Lost sound that later packets brought back (FEC).", func(s media.Stats) int64 { return s.Media.RecoveredMS }),
		seconds("missing", "Lost sound beyond concealment: the gaps.", func(s media.Stats) int64 { return s.Media.LostMS }),
		seconds("decoded", "Sound that was decoded.", func(s media.Stats) int64 { return s.Media.DecodedMS }),
		seconds("skipped", "Silence that was not decoded, by its level.", func(s media.Stats) int64 { return s.Media.SkippedMS }),
	}
}

// guardMeasures tell what came to the media sockets and was not let through.
func guardMeasures() []measure {
	var out []measure
	for _, r := range guard.Reasons() {
		out = append(out, measure{
			"datagrams_dropped_total", "reason", r.String(), counter, "Datagrams that no WebRTC protocol allows, dropped unparsed.",
			func(f figures) float64 { return float64(f.dropped[r]) },
		})
	}
	return out
}

func rtf(f figures) float64 {
	if f.text.Audio <= 0 {
		return 0
	}
	return f.text.Busy.Seconds() / f.text.Audio.Seconds()
}
