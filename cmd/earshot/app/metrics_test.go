package app

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// TestMetricsDocumented has somebody talk in a room and reads /metrics: every metric that docs/metrics.md names is there, and no
// other, and those of the path to a line have plausible values.
func TestMetricsDocumented(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	lines, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: lines[:1]}
	if ana.Recording, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
		t.Fatal(err)
	}
	s, l := openTestApp(t, t.TempDir())
	var page string
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		_, err := s.Play(ctx, l.Addr().String(), []playback.Speech{ana})
		page, _ = programtest.Get(t, "http://"+l.Addr().String()+"/metrics")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(earshot_[a-z_]+)` ").FindAllStringSubmatch(string(docs), -1) {
		documented[m[1]] = true
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (earshot_[a-z_]+) `).FindAllStringSubmatch(page, -1) {
		shown[m[1]] = true
		if !documented[m[1]] {
			t.Errorf("docs/metrics.md lacks %s", m[1])
		}
	}
	later := map[string]bool{"earshot_flags_total": true, "earshot_actions_total": true} // from the first one on
	for name := range documented {
		if !shown[name] && !later[name] {
			t.Errorf("/metrics lacks %s", name)
		}
	}
	for _, want := range []string{
		"go_goroutines", `earshot_tracks{state="decoded"}`, `earshot_tracks{state="silent"}`, `earshot_doubt_total{tag="phantom"}`,
		`earshot_backlog_seconds{class="final"}`, `earshot_backlog_seconds{class="partial"}`, `earshot_lost_seconds_total{cause="overload"}`,
	} {
		if !strings.Contains(page, "\n"+want+" ") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	sent := float64(len(ana.Recording.Frames))
	for name, least := range map[string]float64{
		"earshot_rtp_packets_total": 0.8 * sent, "earshot_rtp_decoded_seconds_total": 0.8 * sent / 50, "earshot_voiced_seconds_total": 1,
		"earshot_rtf": 0.001, "earshot_final_latency_seconds_count": 1, `earshot_lines_total{state="ok"}`: 1,
		"earshot_decoder_cpu_seconds_total": 0.01,
	} {
		if got := figure(t, page, name); got < least {
			t.Errorf("%s is %g, want at least %g", name, got, least)
		}
	}
}

// figure reads a value from the page.
func figure(t *testing.T, page, name string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(page)
	if m == nil {
		t.Errorf("/metrics lacks %s", name)
		return 0
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Error(err)
	}
	return v
}

// TestMetricsOnTheirOwnAddress requests the listener of metrics.listen: metrics without a key, and nothing of the review pages.
func TestMetricsOnTheirOwnAddress(t *testing.T) {
	s, page := openTestApp(t, t.TempDir())
	defer page.Close()
	c := s.Config
	c.Metrics.Listen = "127.0.0.1:0"
	l, err := listenMetrics(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.Metrics.Listen = l.Addr().String()
	if _, err := listenMetrics(t.Context(), c); err == nil || !strings.Contains(models.Hint(err), "metrics.listen") {
		t.Errorf("an address that is in use: %v (hint %q)", err, models.Hint(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.figures.serve(ctx, l, s.Log) }()
	for path, want := range map[string]int{
		"/metrics": http.StatusOK, "/healthz": http.StatusOK, "/": http.StatusNotFound, "/rooms": http.StatusNotFound,
		"/api/v1/sessions": http.StatusNotFound, "/debug/pprof/": http.StatusNotFound,
	} {
		text, code := programtest.Get(t, "http://"+c.Metrics.Listen+path)
		if code != want || path == "/metrics" && !strings.Contains(text, "earshot_backlog_seconds") {
			t.Errorf("%s: %d, want %d", path, code, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if none, err := listenMetrics(t.Context(), s.Config); none != nil || err != nil {
		t.Errorf("by default there is a listener: %v, %v", none, err)
	}
}
