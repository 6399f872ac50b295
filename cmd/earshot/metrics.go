package main

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"earshot/models"
	"earshot/transcribe"
)

// metrics are the figures of a station, as Prometheus reads them. They hold counts and times, never names or words.
type metrics struct {
	registry  *prometheus.Registry
	final     prometheus.Histogram
	partial   prometheus.Histogram
	lines     *prometheus.CounterVec
	doubts    *prometheus.CounterVec
	flags     *prometheus.CounterVec
	actions   *prometheus.CounterVec
	voiced    prometheus.Counter
	concealed prometheus.Counter
	lost      *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.final = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "earshot_final_latency_seconds", Help: "From the end of speech to the stored line.",
		Buckets: []float64{0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300},
	})
	m.partial = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "earshot_first_partial_latency_seconds", Help: "From the beginning of a stretch of speech to its first partial text.",
		Buckets: []float64{0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 10},
	})
	m.lines = counters("earshot_lines_total", "Stored lines, by how decoding went.", "state")
	m.doubts = counters("earshot_doubt_total", "Stored lines that bear a doubt.", "tag")
	m.flags = counters("earshot_flags_total", "Flags raised.", "rule", "level")
	m.actions = counters("earshot_actions_total", "Actions in rooms, by how they ended.", "verb", "state")
	m.voiced = prometheus.NewCounter(prometheus.CounterOpts{Name: "earshot_voiced_seconds_total", Help: "Speech that was heard."})
	m.concealed = prometheus.NewCounter(prometheus.CounterOpts{Name: "earshot_rtp_concealed_seconds_total", Help: "Sound made up for lost packets."})
	m.lost = counters("earshot_lost_seconds_total", "Speech that could not be heard, by cause.", "cause")
	m.registry.MustRegister(m.final, m.partial, m.lines, m.doubts, m.flags, m.actions, m.voiced, m.concealed, m.lost,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// Heard counts a clip that was cut.
func (m *metrics) Heard(c models.Clip) {
	m.voiced.Add(float64(c.VoicedMS) / 1000)
	m.concealed.Add(float64(c.ConcealedMS) / 1000)
}

// Missed counts a gap.
func (m *metrics) Missed(g models.Gap) {
	m.lost.WithLabelValues(string(g.Cause)).Add(float64(g.LostMS) / 1000)
}

// Stored counts a line with its flags.
func (m *metrics) Stored(u models.Utterance, flags []models.Flag) {
	m.final.Observe(float64(u.LateMS) / 1000)
	m.lines.WithLabelValues(string(u.State)).Inc()
	for _, d := range u.Doubt {
		m.doubts.WithLabelValues(string(d)).Inc()
	}
	for _, f := range flags {
		m.flags.WithLabelValues(f.Rule, string(f.Level)).Inc()
	}
}

// Acted counts an action that took effect or failed.
func (m *metrics) Acted(a models.Action) {
	m.actions.WithLabelValues(string(a.Verb), string(a.State)).Inc()
}

// state is what a station's parts tell when they are asked.
type state struct{ s *station }

// measure is one figure that is read when Prometheus asks.
type measure struct {
	name, help string
	kind       prometheus.ValueType
	read       func(transcribe.Stats) float64
}

func measures() []measure {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	return []measure{
		{"earshot_backlog_seconds", "Speech that waits for decoding.", gauge, func(t transcribe.Stats) float64 { return float64(t.QueuedMS) / 1000 }},
		{"earshot_backlog_clips", "Clips that wait for decoding.", gauge, func(t transcribe.Stats) float64 { return float64(t.Queued) }},
		{"earshot_oldest_final_overdue_seconds", "How far the most urgent clip is beyond its deadline.", gauge, func(t transcribe.Stats) float64 { return t.Overdue.Seconds() }},
		{"earshot_final_lag_seconds", "How long a clip that ended now would wait.", gauge, func(t transcribe.Stats) float64 { return t.Lag.Seconds() }},
		{"earshot_backlog_rung", "How far the backlog ladder was climbed; 0 is none.", gauge, func(t transcribe.Stats) float64 { return float64(t.Rung) }},
		{"earshot_rtf", "Decoding time per second of speech, since the start.", gauge, rtf},
		{"earshot_partials_total", "Partial texts shown.", counter, func(t transcribe.Stats) float64 { return float64(t.Partials) }},
		{"earshot_partials_shed_total", "Partial texts that were not decoded, to save time.", counter, func(t transcribe.Stats) float64 { return float64(t.PartialsShed) }},
		{"earshot_degraded_finals_total", "Lines decoded by the fallback model.", counter, func(t transcribe.Stats) float64 { return float64(t.Degraded) }},
		{"earshot_second_looks_total", "Lines decoded again in a longer window.", counter, func(t transcribe.Stats) float64 { return float64(t.SecondLooks) }},
		{"earshot_decode_retries_total", "Decodes that failed and were tried again.", counter, func(t transcribe.Stats) float64 { return float64(t.Retried) }},
	}
}

func rtf(t transcribe.Stats) float64 {
	if t.Audio <= 0 {
		return 0
	}
	return t.Busy.Seconds() / t.Audio.Seconds()
}

// Describe implements prometheus.Collector: the figures are known only when they are asked for.
func (state) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c state) Collect(out chan<- prometheus.Metric) {
	emit := func(name, help string, kind prometheus.ValueType, v float64) {
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, nil), kind, v)
	}
	stats := c.s.text.Stats()
	for _, m := range measures() {
		emit(m.name, m.help, m.kind, m.read(stats))
	}
	pool := c.s.speech.pool.Stats()
	emit("earshot_decoder_restarts_total", "Decoder processes that ended before they were told to.", prometheus.CounterValue, float64(pool.Restarts))
	emit("earshot_decoder_processes", "Decoder processes that run.", prometheus.GaugeValue, float64(len(pool.Processes)))
	emit("earshot_decoder_cpu_seconds_total", "Processor time of all decoder processes.", prometheus.CounterValue, pool.CPU.Seconds())
	emit("earshot_watchers", "Pages and programs that watch live.", prometheus.GaugeValue, float64(c.s.hub.Watchers()))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if spool, err := c.s.store.SpoolUsage(ctx); err == nil {
		emit("earshot_spool_bytes", "Sound on disk that waits for decoding.", prometheus.GaugeValue, float64(spool.WaitingBytes))
		emit("earshot_spool_failed_clips", "Clips kept because they could not be decoded.", prometheus.GaugeValue, float64(spool.Failed))
	}
	emit("earshot_sessions", "Rooms that are listened in.", prometheus.GaugeValue, float64(c.s.desk.InRooms()))
}

// observability answers /metrics, /healthz and /readyz, and leaves the rest to others.
func (s *station) observability(next http.Handler) http.Handler {
	figures := promhttp.HandlerFor(s.count.registry, promhttp.HandlerOpts{})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", figures)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.readiness)
	mux.Handle("/", next)
	return mux
}

// readiness is 503 until a model is loaded: before that nothing would be written down.
func (s *station) readiness(w http.ResponseWriter, _ *http.Request) {
	for _, p := range s.speech.pool.Stats().Processes {
		if p.Ready {
			_, _ = w.Write([]byte("ready\n"))
			return
		}
	}
	http.Error(w, "no model is loaded yet", http.StatusServiceUnavailable)
}
