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

// TestTemplateUnitIsTheUnit: a service among several on a machine may do what a single one may, and has as long to stop.
func TestTemplateUnitIsTheUnit(t *testing.T) {
	var units [2][]string
	for i, name := range []string{"earshot.service", "earshot@.service"} {
		data, err := os.ReadFile("../../../packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		own := regexp.MustCompile(`^(#|Description=|After=|Environment|StateDirectory=|$)`) // what may differ, and what says nothing
		for line := range strings.Lines(string(data)) {
			if !own.MatchString(strings.TrimSuffix(line, "\n")) {
				units[i] = append(units[i], line)
			}
		}
	}
	if !slices.Equal(units[0], units[1]) {
		t.Errorf("the units differ:\n%s\n%s", strings.Join(units[0], ""), strings.Join(units[1], ""))
	}
}

// TestImagesHaveFullNames: podman, unlike docker, does not know from where to take "golang" and "postgres".
func TestImagesHaveFullNames(t *testing.T) {
	images := regexp.MustCompile(`(?m)^ARG \w+_IMAGE=(.+)$|^ +image: (.+)$`)
	for name, want := range map[string]int{"Dockerfile": 2, "compose.yaml": 2} {
		text, err := os.ReadFile("../../../packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		found := images.FindAllStringSubmatch(string(text), -1)
		if len(found) != want {
			t.Errorf("%s: found %q, want %d images", name, found, want)
		}
		for _, f := range found {
			if image := f[1] + f[2]; image != "earshot" && !strings.HasPrefix(image, "docker.io/") { // that one is built here
				t.Errorf("%s: %s is a short name", name, image)
			}
		}
	}
}

// TestContainersGiveTimeToStop: the examples for several services in containers are YAML, and kill nothing that still hands its rooms
// over or decodes.
func TestContainersGiveTimeToStop(t *testing.T) {
	open := func(name string, into ...any) {
		t.Helper()
		f, err := os.Open("../../../packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		in := yaml.NewDecoder(f)
		for _, v := range into {
			if err := in.Decode(v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	var compose struct {
		Services map[string]struct {
			Grace       string            `yaml:"stop_grace_period"`
			Environment map[string]string `yaml:"environment"`
		}
	}
	open("compose.yaml", &compose)
	names := map[string]bool{}
	for name, s := range compose.Services {
		if node := s.Environment["EARSHOT_NODE"]; node != "" {
			names[node] = true
			if grace, err := time.ParseDuration(s.Grace); err != nil || grace < stopTime || s.Environment["EARSHOT_DATABASE"] == "" {
				t.Errorf("compose.yaml, %s: %+v; a service takes up to %v to stop", name, s, stopTime)
			}
		}
	}
	if len(names) != 2 {
		t.Errorf("compose.yaml has the services %v", names)
	}
	var deployment struct {
		Spec struct {
			Template struct {
				Spec struct {
					Grace      int `yaml:"terminationGracePeriodSeconds"`
					Containers []struct {
						Lifecycle struct {
							PreStop struct{ Exec struct{ Command []string } } `yaml:"preStop"`
						}
					}
				}
			}
		}
	}
	var budget, service map[string]any
	open("kubernetes.yaml", &deployment, &budget, &service)
	pod := deployment.Spec.Template.Spec
	command := pod.Containers[0].Lifecycle.PreStop.Exec.Command
	drain, err := time.ParseDuration(command[len(command)-1])
	if err != nil || !slices.Contains(command, "drain") || time.Duration(pod.Grace)*time.Second < drain+stopTime {
		t.Errorf("kubernetes.yaml: %d s for %q and %v: %v", pod.Grace, command, stopTime, err)
	}
}
