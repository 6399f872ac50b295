package review

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/pages"
)

// browserModules is where scripts/deps.sh --tests puts playwright-core and axe-core.
const browserModules = "../../build/browser"

// inBrowser runs a script of testdata with Chromium against the handler. The script gets the modules' folder, the
// browser, the address and the folder for pictures, which EARSHOT_TEST_SHOTS names.
func inBrowser(t *testing.T, script string, h http.Handler, steps int) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the PATH: scripts/deps.sh --tests installs it")
	}
	if _, err := os.Stat(filepath.Join(browserModules, "node_modules", "axe-core")); err != nil {
		t.Skip("no axe-core in build/browser: scripts/deps.sh --tests installs it")
	}
	modules, err := filepath.Abs(browserModules)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "testdata/"+script, modules, chromium, srv.URL, os.Getenv("EARSHOT_TEST_SHOTS"))
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	srv.CloseClientConnections() // event streams that the browser left behind
	if err != nil {
		t.Fatalf("the browser: %v", err)
	}
	if n := strings.Count("\n"+string(out), "\nok "); n < steps {
		t.Errorf("only %d of %d steps were done", n, steps)
	}
}

// everyState is a live room in which every kind of line, flag and clip stands.
func everyState() *memory {
	m := heardRoom()
	m.sessions[1].Model, m.sessions[1].Rules = "tiny.en", "open-mic@3f9c21"
	for i, name := range []string{"Cem", "Dora", "Ed", "Fay", "Gus", "Hana", "Ida", "Jo"} { // every colour, and outlines
		m.speakers = append(m.speakers, models.Speaker{Session: "s1", ID: name, Name: name, Role: models.RoleGuest, FirstMS: int64(10 + i)})
		m.lines = append(m.lines, reviewtest.Said("s1", 20+i, name, int64(30_000+1000*i), int64(30_900+1000*i), "My name is "+name+"."))
	}
	levels := []models.Level{models.LevelInfo, models.LevelLow, models.LevelMedium, models.LevelHigh}
	statuses := []models.FlagStatus{models.FlagOpen, models.FlagConfirmed, models.FlagDismissed}
	for i, level := range levels {
		for j, status := range statuses {
			u := reviewtest.Said("s1", 40+3*i+j, "Ben", int64(60_000+9000*i+3000*j), int64(62_000+9000*i+3000*j), "Call me names if you like.")
			f := reviewtest.Flagged(u, "rule."+string(level)+"."+string(status), level, 0, 1)
			if f.Status = status; status != models.FlagOpen {
				f.DecidedBy, f.Decided = "Ana", start
			}
			m.lines, m.flags = append(m.lines, u), append(m.flags, f)
			clip := m.clips[0]
			clip.ID, clip.Utterance, clip.StartMS, clip.EndMS = models.EvidenceID(u.Key), u.Key, u.StartMS-500, u.EndMS+500
			m.clips = append(m.clips, clip)
		}
	}
	failed := reviewtest.Said("s1", 60, "Ana", 100_000, 101_000, "x")
	failed.Text, failed.State = "", models.UtteranceFailed
	weak := reviewtest.Said("s1", 61, "Ana", 102_000, 103_000, "Heard by a smaller model.")
	weak.Degraded, weak.Original, weak.EditedBy = true, "Herd by a smaller model.", "Ana"
	m.lines = append(m.lines, failed, weak)
	m.gaps = append(m.gaps, models.Gap{Session: "s1", StartMS: 104_000, EndMS: 106_000, Cause: models.GapCut})
	soon := start.Add(3*time.Minute + 8*time.Second)
	m.decisions = []models.Decision{
		{ID: "d1", Session: "s1", Flag: "f1", Ask: models.AskOpen, Offer: []string{"mute 60s", "warn", "dismiss"}, Expires: soon},
		{ID: "d2", Session: "s1", Flag: m.flags[1].ID, Ask: models.AskExpired},
	}
	m.actions = []models.Action{{ID: "a1", Session: "s1", Decision: "d2", Verb: models.VerbMute, State: models.ActionFailed, Error: "refused"}}
	m.strikes = []models.LedgerEntry{{ID: "l1", Ledger: "conduct", Person: "Ben", Session: "s1", Points: 2, By: "rule", At: start}}
	m.trail = []models.AuditEntry{{At: start, By: "Ana", What: "flag confirmed", Session: "s1"}}
	return m
}

// TestEveryStateHasContrastInABrowser puts each state of the pages that comes and goes on the page at a known moment and
// lets axe look at it, light and dark: a partial line with its tail, words that light up, what the pointer is over, what
// has the focus, the note at the foot of the page.
func TestEveryStateHasContrastInABrowser(t *testing.T) {
	m := everyState()
	hub := events.NewHub(events.HubConfig{})
	actor := &hand{can: []models.Verb{models.VerbWarn, models.VerbMute, models.VerbRemove}}
	s := New(Config{
		Store: m, Hub: hub, Actor: actor, Rules: &primer{}, Summaries: &minutes{m: m}, Notice: "A notice with `code`.",
		Members: auth.NewMembers(&doorkeeper{}, nil), Mode: auth.ModeLocal, Local: true,
		Now:      func() time.Time { return start.Add(3 * time.Minute) },
		Settings: []pages.Setting{{Key: "listen", Value: "127.0.0.1:0", From: "file"}},
		Conditions: conditionsOf(
			models.Condition{OK: true, Text: "Hearing everyone."}, models.Condition{Text: "Deaf.", Hint: "Look at the cable."},
		),
	})
	defer hub.Close()
	inBrowser(t, "states.mjs", puppeteer(s, hub), 10)
}

// puppeteer adds to a server what a script moves it by: POST /test/publish sends an event to all who watch, POST /test/cut ends
// their streams.
func puppeteer(s http.Handler, hub *events.Hub) http.Handler {
	mux := http.NewServeMux()
	var watching sync.Map // the ends of the streams
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		ctx, cut := context.WithCancel(r.Context())
		defer cut()
		if strings.HasPrefix(r.URL.Path, "/events/") {
			watching.Store(r, cut)
		}
		s.ServeHTTP(w, r.WithContext(ctx))
	})
	mux.HandleFunc("POST /test/publish", func(w http.ResponseWriter, r *http.Request) {
		var e models.Event
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		hub.Publish(e)
	})
	mux.HandleFunc("POST /test/cut", func(http.ResponseWriter, *http.Request) {
		watching.Range(func(_, cut any) bool {
			cut.(context.CancelFunc)()
			return true
		})
	})
	return mux
}
