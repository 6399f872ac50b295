package review

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
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

// everyState is a live room with every kind of line, flag and clip.
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
			if j == 0 { // found in words that were not clear
				u.Doubt = []models.Doubt{models.DoubtLowConfidence}
			}
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

// TestEveryStateHasContrastInABrowser shows each temporary state of the pages at a known moment and checks it with axe: a partial
// line with its tail, words that are highlighted, what is under the pointer, what has the focus, the note at the bottom of the page.
// Contrast is measured in light and dark.
func TestEveryStateHasContrastInABrowser(t *testing.T) {
	t.Parallel()
	for look, steps := range map[string]int{"desk": 27, "phone": 1} {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			hub := events.NewHub(events.HubConfig{})
			inBrowser(t, "states.mjs", puppeteer(everythingShown(hub), hub), steps, look)
			hub.Close()
		})
	}
}

// TestAFullCardInABrowser: however much there is on a card, its sentence begins in sight and its buttons can be pressed at once, in the
// queue and in the session.
func TestAFullCardInABrowser(t *testing.T) {
	t.Parallel()
	m := askedRoom()
	for i := range m.lines { // a sentence of a minute, with long ones around it
		u := &m.lines[i]
		text := u.Text + strings.Repeat(" And another thing that I have always wanted to say.", 12)
		long := reviewtest.Said("s1", 1, "Ben", u.StartMS, u.EndMS, text)
		u.Text, u.Words = long.Text, long.Words
	}
	asked := m.lines[slices.IndexFunc(m.lines, func(u models.Utterance) bool { return u.Key == m.flags[0].Utterance })]
	for i := range 4 {
		f := reviewtest.Flagged(asked, fmt.Sprintf("house-rules.everything.that.we.agreed.upon.%d", i), models.LevelLow, 0, 9)
		f.ID = fmt.Sprint("more", i)
		m.flags = append(m.flags, f)
		m.decisions = append(m.decisions, models.Decision{ID: fmt.Sprint("dm", i), Session: "s1", Flag: f.ID})
	}
	m.clips[0].EndMS = asked.EndMS + 500
	s := serve(t, m, func(c *Config) {
		c.Actor, c.Notice = &hand{can: []models.Verb{models.VerbWarn, models.VerbMute, models.VerbRemove, models.VerbBan}}, "A notice."
		c.WAV = func([]byte) ([]byte, error) { return tone(), nil }
	})
	inBrowser(t, "fold.mjs", s, 2)
}

func TestAProposalIsTakenInABrowser(t *testing.T) {
	t.Parallel()
	book := &primer{}
	s := serve(t, heardRoom(), func(c *Config) { c.Rules, c.Tuner = book, book })
	inBrowser(t, "tune.mjs", s, 2)
	if book.takenBy == "" {
		t.Error("nothing was taken")
	}
}

// TestWhatPagesSpareInABrowser: live rooms are listed, the focus is never lost, offensive words are blurred for those who want it
// and playback of grave clips is counted, nothing moves for those who want it so, and a session is printed as its transcript.
func TestWhatPagesSpareInABrowser(t *testing.T) {
	t.Parallel()
	hub := events.NewHub(events.HubConfig{})
	inBrowser(t, "care.mjs", puppeteer(everythingShown(hub), hub), 5)
	hub.Close()
}

// TestTimeAndSoundInABrowser: the timeline can be zoomed, moved and searched by pointer and keys, clips can be played at a chosen
// speed and from a chosen position, and times of day are in the browser's own zone.
func TestTimeAndSoundInABrowser(t *testing.T) {
	t.Parallel()
	hub := events.NewHub(events.HubConfig{})
	inBrowser(t, "timeline.mjs", puppeteer(everythingShown(hub, flagAgain), hub), 8)
	hub.Close()
}

// TestALineInABrowser: a name leads to the person and what can be done, a line can be corrected in place and its address copied, and
// open flags can be visited one after the other.
func TestALineInABrowser(t *testing.T) {
	actor, desk := &hand{can: []models.Verb{models.VerbWarn, models.VerbMute}}, &fakeDesk{}
	s := serve(t, everyState(), func(c *Config) { c.Actor, c.Listener = actor, desk })
	inBrowser(t, "line.mjs", s, 4)
	if len(actor.done) != 1 || actor.done[0].Verb != models.VerbMute || actor.done[0].TargetID != "Ben" || actor.done[0].ForMS != 60_000 {
		t.Errorf("done in the room: %+v", actor.done)
	}
	if did := desk.took(); !strings.HasPrefix(did, "Ben objected") {
		t.Errorf("entered: %s", did)
	}
}

// flagAgain doubles the flags of the long session: 600 in 2000 lines.
func flagAgain(m *memory) {
	for _, u := range m.lines {
		if u.Session == "long" && u.Seq%20 >= 10 && u.Seq%20 < 13 {
			m.flags = append(m.flags, reviewtest.Flagged(u, "rule.more", models.LevelMedium, 0, 1))
		}
	}
}

// everythingShown serves every kind of line, flag and clip, and a long session.
func everythingShown(hub *events.Hub, changes ...func(*memory)) *Server {
	m := evening(true)
	for _, change := range changes {
		change(m)
	}
	actor := &hand{can: []models.Verb{models.VerbWarn, models.VerbMute, models.VerbRemove}}
	return New(Config{
		Store: m, Hub: hub, Actor: actor, Rules: &primer{}, Summaries: &minutes{m: m}, Notice: "A notice with `code`.",
		Members: auth.NewMembers(&accessMemory{}, nil), Mode: auth.ModeLocal, Local: true,
		Now:      func() time.Time { return start.Add(3 * time.Minute) },
		Location: time.UTC,
		WAV:      func([]byte) ([]byte, error) { return tone(), nil },
		Settings: []pages.Setting{{Key: "listen", Value: "127.0.0.1:0", From: "file"}},
		Conditions: conditionsOf(
			models.Condition{OK: true, Text: "Hearing everyone."}, models.Condition{Text: "Deaf.", Hint: "Look at the cable."},
		),
	})
}

// puppeteer adds controls for scripts to a server: POST /test/publish sends an event to all viewers, POST /test/cut ends their
// streams.
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

// tone is two seconds of a WAV file, 8 bits at 8 kHz.
func tone() []byte {
	const samples = 16_000
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("RIFF"), 36+samples)
	b = le.AppendUint32(append(b, "WAVEfmt "...), 16)
	for _, x := range []uint16{1, 1, 8000, 0, 8000, 0, 1, 8} { // PCM, mono, samples and bytes a second, bytes and bits of one
		b = le.AppendUint16(b, x)
	}
	b = le.AppendUint32(append(b, "data"...), samples)
	for i := range samples {
		b = append(b, byte(128+i%32))
	}
	return b
}
