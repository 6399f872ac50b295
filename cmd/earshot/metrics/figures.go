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
	// ServerAway is 1 while the transcription server is unavailable; ServerFailures counts requests without a usable answer.
	ServerAway, ServerFailures float64
	Sessions                   int
	Watchers                   int
	// Broken is how many profiles have rule files with mistakes.
	Broken int
	// Unjudged is how often a rule failed.
	Unjudged uint64
	Shared   Shared
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

// measures lists the metrics whose values are read at collection time. docs/metrics.md explains them.
func measures() []measure {
	return append(slices.Concat(textMeasures(), rtpMeasures(), guardMeasures(), sharedMeasures()), []measure{
		{
			"decoder_restarts_total", "", "", counter, "Decoder processes that ended unexpectedly.",
			func(f Figures) float64 { return float64(f.Decoders.Restarts) },
		},
		{
			"decoder_processes", "", "", gauge, "Running decoder processes.",
			func(f Figures) float64 { return float64(len(f.Decoders.Processes)) },
		},
		{
			"decoder_cpu_seconds_total", "", "", counter, "CPU time of all decoder processes.",
			func(f Figures) float64 { return f.Decoders.CPU.Seconds() },
		},
		{
			"decoder_server_away", "", "", gauge, "1 while the server named by decoder.url does not transcribe.",
			func(f Figures) float64 { return f.ServerAway },
		},
		{
			"decoder_server_failures_total", "", "", counter, "Requests to that server without a usable answer.",
			func(f Figures) float64 { return f.ServerFailures },
		},
		{"watchers", "", "", gauge, "Pages and programs connected to live events.", func(f Figures) float64 { return float64(f.Watchers) }},
		{"sessions", "", "", gauge, "Rooms the bot is listening in.", func(f Figures) float64 { return float64(f.Sessions) }},
		{"rules_broken", "", "", gauge, "Profiles whose rule files have errors; the previous rules stay in " +
			"effect.", func(f Figures) float64 { return float64(f.Broken) }},
		{
			"record_failing", "", "", gauge, "1 while nothing can be written to the database, for example because the disk is full.",
			func(f Figures) float64 { return f.Failing },
		},
		{"disk_free_bytes", "", "", gauge, "Free space on the disk of the database.", func(f Figures) float64 { return f.Free }},
		{"unstored_seconds", "", "", gauge, "Speech held in memory because it could not be stored.", func(f Figures) float64 {
			return f.Rooms.Unstored.Seconds()
		}},
		{"spool_bytes", "", "", gauge, "Audio on disk waiting to be decoded.", func(f Figures) float64 { return float64(f.Spool) }},
		{
			"spool_failed_clips", "", "", gauge, "Clips kept because they could not be decoded.",
			func(f Figures) float64 { return float64(f.Failed) },
		},
	}...)
}

// textMeasures are the metrics of decoding.
func textMeasures() []measure {
	const backlog, waits = "backlog_seconds", "Audio waiting to be decoded."
	return []measure{
		{backlog, "class", "final", gauge, waits, func(f Figures) float64 { return float64(f.Text.QueuedMS-f.Text.RecoveredMS) / 1000 }},
		{backlog, "class", "recovered", gauge, waits, func(f Figures) float64 { return float64(f.Text.RecoveredMS) / 1000 }},
		{backlog, "class", "partial", gauge, waits, func(f Figures) float64 { return float64(f.Text.PartialMS) / 1000 }},
		{backlog, "class", "second_look", gauge, waits, func(f Figures) float64 { return float64(f.Text.AgainMS) / 1000 }},
		{"backlog_clips", "", "", gauge, "Clips waiting to be decoded.", func(f Figures) float64 { return float64(f.Text.Queued) }},
		{"backlog_rung", "", "", gauge, "Current step of the backlog ladder; 0 is " +
			"none.", func(f Figures) float64 { return float64(f.Text.Rung) }},
		{
			"oldest_final_seconds", "", "", gauge, "Time since the end of the speech that has waited longest for its line.",
			func(f Figures) float64 { return f.Text.Oldest.Seconds() },
		},
		{
			"oldest_final_overdue_seconds", "", "", gauge, "How far the most urgent clip is past its deadline.",
			func(f Figures) float64 { return f.Text.Overdue.Seconds() },
		},
		{
			"final_lag_seconds", "", "", gauge, "How long a clip that ended now would have to wait.",
			func(f Figures) float64 { return f.Text.Lag.Seconds() },
		},
		{"rtf", "", "", gauge, "Decoding time per second of speech, since the start.", rtf},
		{"partials_total", "", "", counter, "Partial texts shown.", func(f Figures) float64 { return float64(f.Text.Partials) }},
		{
			"partials_shed_total", "", "", counter, "Partial texts skipped to save time.",
			func(f Figures) float64 { return float64(f.Text.PartialsShed) },
		},
		{
			"partials_retracted_total", "", "", counter, "Partial texts that were withdrawn.",
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
			"decode_retries_total", "", "", counter, "Failed decodes that were retried.",
			func(f Figures) float64 { return float64(f.Text.Retried) },
		},
		{
			"redelivered_total", "", "", counter, "Failed attempts to store a line.",
			func(f Figures) float64 { return float64(f.Text.Redelivered) },
		},
		{"parked_lines", "", "", gauge, "Lines that could not be stored yet and are retried.", func(f Figures) float64 {
			return float64(f.Text.Parked)
		}},
		{
			"unjudged_total", "", "", counter, "Lines and observations that were not judged because a rule failed.",
			func(f Figures) float64 { return float64(f.Unjudged) },
		},
		{"verdict_looks_total", "", "", counter, "Clips of flagged lines that were transcribed a second time.", func(f Figures) float64 {
			return float64(f.Text.Looks)
		}},
		{"verdict_looks_late_total", "", "", counter, "Second transcriptions given up because they would have been too " +
			"late.", func(f Figures) float64 {
			return float64(f.Text.LooksLate)
		}},
	}
}

// rtpMeasures are the metrics of audio reception, over all rooms since the start.
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
			"deaf_speakers", "", "", gauge, "People shown as talking but not heard.",
			func(f Figures) float64 { return float64(f.Rooms.Deaf) },
		},
		{
			"unheard_seconds_total", "", "", counter, "Talk reported by platforms but not heard.",
			func(f Figures) float64 { return f.Rooms.Unheard.Seconds() },
		},
		{tracks, "state", "silent", gauge, open, func(f Figures) float64 { return float64(f.Rooms.Silent) }},
		count("packets", "RTP packets received.", func(s media.Stats) int64 { return int64(s.Packets) }), //nolint:gosec // a count
		count(
			"bad_packets", "Packets that were not RTP, or contained no Opus.",
			func(s media.Stats) int64 { return int64(s.Bad) + s.Media.BadOpus },
		),
		count(
			"dropped_packets", "Packets dropped because this machine could not keep up.",
			func(s media.Stats) int64 { return int64(s.Dropped) },
		),
		count("lost_packets", "Packets that did not arrive in time.", func(s media.Stats) int64 { return s.Media.Lost }),
		count("late_packets", "Packets that arrived too late to be used.", func(s media.Stats) int64 { return s.Media.Late }),
		count("duplicate_packets", "Duplicate packets.", func(s media.Stats) int64 { return s.Media.Duplicate }),
		seconds("concealed", "Lost audio that was concealed.", func(s media.Stats) int64 { return s.Media.ConcealedMS }),
		seconds("recovered", "Lost audio recovered from later packets (FEC).", func(s media.Stats) int64 { return s.Media.RecoveredMS }),
		seconds("missing", "Lost audio beyond concealment: the gaps.", func(s media.Stats) int64 { return s.Media.LostMS }),
		seconds("decoded", "Audio decoded.", func(s media.Stats) int64 { return s.Media.DecodedMS }),
		seconds("skipped", "Silence not decoded because of its level.", func(s media.Stats) int64 { return s.Media.SkippedMS }),
	}
}

// guardMeasures count the datagrams that the guard dropped, by reason.
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
