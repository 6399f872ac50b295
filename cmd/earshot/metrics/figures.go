package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"earshot/bot/media"
	"earshot/bot/peer/guard"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
)

// Figures are what the program's parts tell at one moment.
type Figures struct {
	Text     transcribe.Stats
	Rooms    media.Stats
	Decoders decoder.Stats
	Sessions int
	Watchers int
	// Broken is how many profiles have rule files with mistakes.
	Broken int
	// Unjudged is how often a rule failed.
	Unjudged uint64
	// Dropped is how many datagrams were dropped before they were parsed, by reason.
	Dropped map[guard.Reason]uint64
	// Spool is how much sound waits, in bytes, and Failed how many clips could not be decoded; -1: the store is busy.
	Spool, Failed int64
	// Failing is 1 while the record can't be written to; Free is the room on its disk, in bytes; -1: it is not known.
	Failing, Free float64
}

// collector reads the figures when Prometheus asks for them.
type collector func() Figures

// Describe implements prometheus.Collector: the figures are known only when they are asked for.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (read collector) Collect(out chan<- prometheus.Metric) {
	f := read()
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
	read               func(Figures) float64
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
			func(f Figures) float64 { return float64(f.Decoders.Restarts) },
		},
		{
			"decoder_processes", "", "", gauge, "Decoder processes that run.",
			func(f Figures) float64 { return float64(len(f.Decoders.Processes)) },
		},
		{
			"decoder_cpu_seconds_total", "", "", counter, "Processor time of all decoder processes.",
			func(f Figures) float64 { return f.Decoders.CPU.Seconds() },
		},
		{"watchers", "", "", gauge, "Pages and programs that watch live.", func(f Figures) float64 { return float64(f.Watchers) }},
		{"sessions", "", "", gauge, "Rooms that are listened in.", func(f Figures) float64 { return float64(f.Sessions) }},
		{"rules_broken", "", "", gauge, "Profiles whose rule files have mistakes; the rules from before stay in " +
			"force.", func(f Figures) float64 { return float64(f.Broken) }},
		{
			"record_failing", "", "", gauge, "1 while nothing can be written to the record, as on a full disk.",
			func(f Figures) float64 { return f.Failing },
		},
		{"disk_free_bytes", "", "", gauge, "Room on the disk of the record.", func(f Figures) float64 { return f.Free }},
		{"unstored_seconds", "", "", gauge, "Speech that waits in memory because it could not be stored.", func(f Figures) float64 {
			return f.Rooms.Unstored.Seconds()
		}},
		{"spool_bytes", "", "", gauge, "Sound on disk that waits for decoding.", func(f Figures) float64 { return float64(f.Spool) }},
		{
			"spool_failed_clips", "", "", gauge, "Clips kept because they could not be decoded.",
			func(f Figures) float64 { return float64(f.Failed) },
		},
	}...)
}

// textMeasures are those of decoding.
func textMeasures() []measure {
	const backlog, waits = "backlog_seconds", "Sound that waits for decoding."
	return []measure{
		{backlog, "class", "final", gauge, waits, func(f Figures) float64 { return float64(f.Text.QueuedMS-f.Text.RecoveredMS) / 1000 }},
		{backlog, "class", "recovered", gauge, waits, func(f Figures) float64 { return float64(f.Text.RecoveredMS) / 1000 }},
		{backlog, "class", "partial", gauge, waits, func(f Figures) float64 { return float64(f.Text.PartialMS) / 1000 }},
		{backlog, "class", "second_look", gauge, waits, func(f Figures) float64 { return float64(f.Text.AgainMS) / 1000 }},
		{"backlog_clips", "", "", gauge, "Clips that wait for decoding.", func(f Figures) float64 { return float64(f.Text.Queued) }},
		{"backlog_rung", "", "", gauge, "How far the backlog ladder was climbed; 0 is " +
			"none.", func(f Figures) float64 { return float64(f.Text.Rung) }},
		{
			"oldest_final_seconds", "", "", gauge, "How long ago the speech ended that waits longest for its line.",
			func(f Figures) float64 { return f.Text.Oldest.Seconds() },
		},
		{
			"oldest_final_overdue_seconds", "", "", gauge, "How far the most urgent clip is beyond its deadline.",
			func(f Figures) float64 { return f.Text.Overdue.Seconds() },
		},
		{
			"final_lag_seconds", "", "", gauge, "How long a clip that ended now would wait.",
			func(f Figures) float64 { return f.Text.Lag.Seconds() },
		},
		{"rtf", "", "", gauge, "Decoding time per second of speech, since the start.", rtf},
		{"partials_total", "", "", counter, "Partial texts shown.", func(f Figures) float64 { return float64(f.Text.Partials) }},
		{
			"partials_shed_total", "", "", counter, "Partial texts that were not decoded, to save time.",
			func(f Figures) float64 { return float64(f.Text.PartialsShed) },
		},
		{
			"partials_retracted_total", "", "", counter, "Partial texts that were taken back.",
			func(f Figures) float64 { return float64(f.Text.Retracted) },
		},
		{
			"degraded_finals_total", "", "", counter, "Lines decoded by the fallback model.",
			func(f Figures) float64 { return float64(f.Text.Degraded) },
		},
		{
			"second_looks_total", "", "", counter, "Lines decoded again in a longer window.",
			func(f Figures) float64 { return float64(f.Text.SecondLooks) },
		},
		{
			"decode_retries_total", "", "", counter, "Decodes that failed and were tried again.",
			func(f Figures) float64 { return float64(f.Text.Retried) },
		},
		{
			"redelivered_total", "", "", counter, "Lines that could not be stored at once, each attempt.",
			func(f Figures) float64 { return float64(f.Text.Redelivered) },
		},
		{"parked_lines", "", "", gauge, "Lines that could not be stored so far and are tried again.", func(f Figures) float64 {
			return float64(f.Text.Parked)
		}},
		{
			"unjudged_total", "", "", counter, "Lines and observations that were not judged because a rule failed.",
			func(f Figures) float64 { return float64(f.Unjudged) },
		},
		{"verdict_looks_total", "", "", counter, "Clips of flagged lines that were heard a second time.", func(f Figures) float64 {
			return float64(f.Text.Looks)
		}},
		{"verdict_looks_late_total", "", "", counter, "Second hearings given up because they would have come too late.", func(f Figures) float64 {
			return float64(f.Text.LooksLate)
		}},
	}
}

// rtpMeasures are those of the way here, of all rooms since the start.
func rtpMeasures() []measure {
	const tracks, open = "tracks", "Open tracks."
	count := func(name, help string, read func(media.Stats) int64) measure {
		return measure{"rtp_" + name + "_total", "", "", counter, help, func(f Figures) float64 { return float64(read(f.Rooms)) }}
	}
	seconds := func(name, help string, ms func(media.Stats) int64) measure {
		return measure{"rtp_" + name + "_seconds_total", "", "", counter, help, func(f Figures) float64 { return float64(ms(f.Rooms)) / 1000 }}
	}
	return []measure{
		{tracks, "state", "decoded", gauge, open, func(f Figures) float64 { return float64(f.Rooms.Decoded) }},
		{
			"deaf_speakers", "", "", gauge, "People who are shown as talking and are not heard.",
			func(f Figures) float64 { return float64(f.Rooms.Deaf) },
		},
		{
			"unheard_seconds_total", "", "", counter, "Talk that platforms showed and of which nothing was heard.",
			func(f Figures) float64 { return f.Rooms.Unheard.Seconds() },
		},
		{tracks, "state", "silent", gauge, open, func(f Figures) float64 { return float64(f.Rooms.Silent) }},
		count("packets", "RTP packets that came.", func(s media.Stats) int64 { return int64(s.Packets) }), //nolint:gosec // a count
		count("bad_packets", "Packets that were no RTP, or held no Opus.", func(s media.Stats) int64 { return int64(s.Bad) + s.Media.BadOpus }),
		count(
			"dropped_packets", "Packets dropped because this machine could not keep up.",
			func(s media.Stats) int64 { return int64(s.Dropped) },
		),
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
			func(f Figures) float64 { return float64(f.Dropped[r]) },
		})
	}
	return out
}

func rtf(f Figures) float64 {
	if f.Text.Audio <= 0 {
		return 0
	}
	return f.Text.Busy.Seconds() / f.Text.Audio.Seconds()
}
