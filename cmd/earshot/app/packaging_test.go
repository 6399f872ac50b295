package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"earshot/configs"
	"earshot/models"
)

// figureName finds the names of figures in a query: what is read by {…}, [..], or alone, and isn't a function or a label.
var figureName = regexp.MustCompile(`\b(?:earshot|process|go)_[a-z_]+\b`)

// TestDashboardAndAlertsReadWhatThereIs: a figure that was renamed leaves a panel empty and an alert silent, and nobody
// is told.
func TestDashboardAndAlertsReadWhatThereIs(t *testing.T) {
	known := figuresOfAnApp(t)
	for what, query := range queries(t) {
		found := figureName.FindAllString(query, -1)
		if len(found) == 0 && !strings.HasPrefix(query, "up{") {
			t.Errorf("%s: %q reads no figure of ours", what, query)
		}
		for _, name := range found {
			if !slices.Contains(known, name) {
				t.Errorf("%s reads %s, which is not among the figures", what, name)
			}
		}
	}
}

// figuresOfAnApp are the names on /metrics of an app that has heard nothing yet, with the parts of histograms.
func figuresOfAnApp(t *testing.T) (names []string) {
	t.Helper()
	s, l := openTestApp(t, t.TempDir())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.figures.count.Flagged([]models.Flag{{Rule: "rule", Level: models.LevelHigh}}) // these are there from the first one on
	s.figures.count.Acted(models.Action{Verb: models.VerbMute, State: models.ActionFailed})
	page := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://localhost/metrics", http.NoBody)
	r.RemoteAddr = "127.0.0.1:4711"
	s.handler(l).ServeHTTP(page, r)
	for line := range strings.Lines(page.Body.String()) {
		if name, _, _ := strings.Cut(line, " "); name != "#" {
			name, _, _ = strings.Cut(name, "{")
			names = append(names, name)
		}
	}
	return names
}

// queries are all expressions of the dashboard and of the alert rules, by where they stand.
func queries(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	data, err := os.ReadFile("../../../packaging/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for i, q := range p.Targets {
			out[fmt.Sprintf("panel %q, %d", p.Title, i+1)] = q.Expr
		}
	}
	var alerts struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	data, err = os.ReadFile("../../../packaging/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &alerts); err != nil {
		t.Fatal(err)
	}
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			out["alert "+r.Alert] = r.Expr
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d queries found", len(out))
	}
	return out
}

// TestAlertRulesAreGoodPromQL asks Prometheus' own tool, where it is.
func TestAlertRulesAreGoodPromQL(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not here (package prometheus)")
	}
	if out, err := exec.Command(tool, "check", "rules", "../../../packaging/alerts.yml").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestServiceConfiguration: what the packages put into /etc/earshot must be good.
func TestServiceConfiguration(t *testing.T) {
	if _, err := configs.Load(configs.Options{File: "../../../packaging/earshot.yaml"}); err != nil {
		t.Error(err)
	}
}

// TestUnitGivesTimeToStop: systemd kills what takes longer than the unit says. It gives more than the service takes at most by its
// own deadlines, and no more than a minute beyond that.
func TestUnitGivesTimeToStop(t *testing.T) {
	unit, err := os.ReadFile("../../../packaging/earshot.service")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindSubmatch(unit)
	if found == nil {
		t.Fatal("the unit does not say how long it may take to stop")
	}
	seconds, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	spare := time.Duration(seconds)*time.Second - stopTime
	if spare < 30*time.Second || spare > time.Minute {
		t.Errorf("the unit gives %d s, and the service takes %v: %v to spare", seconds, stopTime, spare)
	}
}
