package review

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/pages"
)

// payloads are texts that try to run as code. Each calls hit() if it succeeds.
var payloads = []string{
	`<script>hit()</script>`, `<img src=x onerror=hit()>`, `"><svg onload=hit()>`, `' onmouseover='hit()`, `" autofocus onfocus="hit()`,
	`javascript:hit()`, `</textarea><script>hit()</script>`, `</title><script>hit()</script>`, `{{template "x"}}${hit()}`,
	`<iframe srcdoc="<script>parent.hit()</script>">`,
	"\u202ehit()\u2066", `<style>*{display:none}</style>`, `<base href="https://evil.example/">`,
	`<meta http-equiv="refresh" content="0;url=javascript:hit()">`,
}

// hostileRoom has payloads wherever somebody else's text is shown.
func hostileRoom() (*memory, *accessMemory) {
	all := strings.Join(payloads, " ")
	m := everyState()
	m.sessions[1].Name, m.sessions[0].Name = all, payloads[0]
	m.sessions[1].URL, m.sessions[1].Model, m.sessions[1].Rules = payloads[5], payloads[1], payloads[2]
	for i := range m.speakers {
		m.speakers[i].Name, m.speakers[i].Role = payloads[i%len(payloads)], models.Role(payloads[3])
	}
	for i := range m.lines {
		u := &m.lines[i]
		u.SpeakerName, u.Language, u.Model = payloads[i%len(payloads)], payloads[3], payloads[1]
		if u.Text == "" {
			continue
		}
		old := *u
		*u = reviewtest.Said(u.Session, u.Seq, u.SpeakerID, u.StartMS, u.EndMS, payloads[i%len(payloads)]+" "+all)
		u.SpeakerName, u.Doubt, u.Original, u.EditedBy = old.SpeakerName, []models.Doubt{models.Doubt(payloads[1])}, all, payloads[4]
	}
	for i := range m.flags {
		f := &m.flags[i]
		f.Title, f.Why, f.Pack, f.Hash, f.DecidedBy = all, all, payloads[2], payloads[1], payloads[4]
		f.Rule = payloads[i%len(payloads)]
		f.Matched = []models.Word{{Text: payloads[1]}, {Text: payloads[4]}}
	}
	m.gaps[0].SpeakerName, m.gaps[0].Cause = payloads[1], models.GapCause(payloads[0])
	m.decisions = []models.Decision{
		{
			ID: "d1", Session: "s1", Flag: "f1", Ask: models.AskOpen, Offer: []string{payloads[4] + " 60s", all},
			Expires: start.Add(time.Hour), Why: all,
		},
	}
	m.actions = []models.Action{{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, State: models.ActionFailed, Error: all}}
	m.trail = []models.AuditEntry{{At: start, By: payloads[1], What: all, Session: `"><script>hit()</script>`}}
	item := models.SummaryItem{Text: all, SpeakerID: "Ben", Cites: []models.Key{m.lines[0].Key}}
	m.summary = models.Summary{
		Headline: all, Model: payloads[1], Chapters: []models.Chapter{
			{Title: all, Cites: item.Cites},
		},
		Highlights: []models.SummaryItem{item}, Lines: 1,
		Talk: []models.TalkShare{{SpeakerID: "x", SpeakerName: all, TalkMS: 1}}, Digest: models.ModerationDigest{
			Flags: 1, Actions: map[models.Verb]int{models.Verb(payloads[0]): 1},
		},
	}
	return m, &accessMemory{
		users: []models.User{
			{ID: "u1", Name: payloads[1], Access: models.AccessOwner, Rooms: map[string]models.Access{payloads[0]: models.AccessHost}},
		},
	}
}

// TestHostileTextIsInertInABrowser shows names, speech, rules, summaries and settings that contain code to a real browser, on the
// page and over the stream, and has a page of another site send forms.
func TestHostileTextIsInertInABrowser(t *testing.T) {
	t.Parallel()
	m, _ := hostileRoom()
	hub := events.NewHub(events.HubConfig{})
	actor := &hand{can: []models.Verb{models.VerbMute}}
	s := New(Config{
		Store: m, Hub: hub, Actor: actor, Notice: payloads[0] + " `" + payloads[1] + "`", Rules: &primer{}, Summaries: &minutes{m: m},
		Now:      func() time.Time { return start.Add(3 * time.Minute) },
		Settings: []pages.Setting{{Key: payloads[0], Value: payloads[1], From: payloads[2]}}, Version: payloads[1],
		Conditions: conditionsOf(models.Condition{Text: payloads[0], Hint: payloads[1]}),
	})
	mux := http.NewServeMux()
	mux.Handle("/", s)
	all := strings.Join(payloads, " ")
	mux.HandleFunc("POST /test/storm", func(http.ResponseWriter, *http.Request) {
		for i, p := range payloads {
			u := reviewtest.Said("s1", 200+i, p, 120_000, 121_000, all)
			f := reviewtest.Flagged(u, p, models.LevelHigh, 0)
			f.Title, f.Why = all, all
			hub.Publish(models.Event{SessionID: "s1", Speaker: &models.Speaker{Session: "s1", ID: p, Name: p, Role: models.Role(p)}})
			hub.Publish(models.Event{
				SessionID: "s1",
				Partial: &models.Partial{
					Key: models.Key{Session: "s1", Epoch: 1, Track: p, Seq: 300 + i}, SpeakerID: p, SpeakerName: p, Stable: all, Tail: p,
				},
			})
			hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
			hub.Publish(models.Event{SessionID: "s1", Flag: &f})
			hub.Publish(models.Event{
				SessionID: "s1",
				Gap:       &models.Gap{Session: "s1", SpeakerID: p, SpeakerName: p, StartMS: 1, EndMS: 2, Cause: models.GapCause(p)},
			})
			ses := m.sessions[1]
			ses.Name, ses.URL = p, p
			hub.Publish(models.Event{SessionID: "s1", Session: &ses})
		}
	})
	mux.HandleFunc("GET /test/decided", func(w http.ResponseWriter, _ *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]any{"status": m.flags[0].Status, "done": len(actor.done), "trail": len(m.trail)})
	})
	defer hub.Close()
	inBrowser(t, "hostile.mjs", mux, 4)
}
