// Package metrics are the figures of a running Earshot, as Prometheus reads them: counts and times, never names or words.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"earshot/models"
)

// Metrics are the figures of a running program, as Prometheus reads them. They hold counts and times, never names or words.
type Metrics struct {
	registry *prometheus.Registry
	final    prometheus.Histogram
	partial  prometheus.Histogram
	lines    *prometheus.CounterVec
	doubts   *prometheus.CounterVec
	flags    *prometheus.CounterVec
	actions  *prometheus.CounterVec
	voiced   prometheus.Counter
	lost     *prometheus.CounterVec
}

// New returns metrics with nothing counted yet.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.final = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "earshot_final_latency_seconds", Help: "Time from the end of speech to the stored line.",
		Buckets: []float64{0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300},
	})
	m.partial = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "earshot_first_partial_latency_seconds", Help: "Time from the beginning of a speech segment to its first partial text.",
		Buckets: []float64{0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 10},
	})
	m.lines = counters("earshot_lines_total", "Stored lines, by decoding result.", "state")
	m.doubts = counters("earshot_doubt_total", "Stored lines marked as doubtful.", "tag")
	m.flags = counters("earshot_flags_total", "Flags raised.", "rule", "level")
	m.actions = counters("earshot_actions_total", "Actions in rooms, by result.", "verb", "state")
	m.voiced = prometheus.NewCounter(prometheus.CounterOpts{Name: "earshot_voiced_seconds_total", Help: "Seconds of speech heard."})
	m.lost = counters("earshot_lost_seconds_total", "Speech that could not be heard, by cause.", "cause")
	m.registry.MustRegister(m.final, m.partial, m.lines, m.doubts, m.flags, m.actions, m.voiced, m.lost,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.zero()
	return m
}

// zero begins every count whose labels are a closed list, so that it is there before the first case.
func (m *Metrics) zero() {
	for _, d := range []models.Doubt{
		models.DoubtPhantom, models.DoubtRepeat, models.DoubtLowVoice, models.DoubtLowConfidence, models.DoubtLoss,
	} {
		m.doubts.WithLabelValues(string(d))
	}
	for _, s := range []models.UtteranceState{models.UtteranceOK, models.UtteranceFailed} {
		m.lines.WithLabelValues(string(s))
	}
	for _, c := range []models.GapCause{
		models.GapLoss, models.GapCut, models.GapOverload, models.GapFault, models.GapRestart, models.GapPaused, models.GapObjected,
		models.GapUnstored, models.GapEncrypted,
	} {
		m.lost.WithLabelValues(string(c))
	}
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// Heard counts a clip that was cut.
func (m *Metrics) Heard(c models.Clip) {
	m.voiced.Add(float64(c.VoicedMS) / 1000)
}

// Missed counts a gap.
func (m *Metrics) Missed(g models.Gap) {
	m.lost.WithLabelValues(string(g.Cause)).Add(float64(g.LostMS) / 1000)
}

// Stored counts a line with its flags.
func (m *Metrics) Stored(u models.Utterance, flags []models.Flag) {
	m.final.Observe(float64(u.LateMS) / 1000)
	m.lines.WithLabelValues(string(u.State)).Inc()
	for _, d := range u.Doubt {
		m.doubts.WithLabelValues(string(d)).Inc()
	}
	m.Flagged(flags)
}

// Flagged counts flags.
func (m *Metrics) Flagged(flags []models.Flag) {
	for _, f := range flags {
		m.flags.WithLabelValues(f.Rule, string(f.Level)).Inc()
	}
}

// Acted counts an action that took effect or failed.
func (m *Metrics) Acted(a models.Action) {
	m.actions.WithLabelValues(string(a.Verb), string(a.State)).Inc()
}

// Reads has the figures of read told beside what was counted. It is called once.
func (m *Metrics) Reads(read func() Figures) { m.registry.MustRegister(collector(read)) }

// ServeHTTP answers Prometheus.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// FirstPartial counts the time from the beginning of a stretch of speech to its first partial text.
func (m *Metrics) FirstPartial(d time.Duration) { m.partial.Observe(d.Seconds()) }
