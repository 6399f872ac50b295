package review

import (
	"fmt"
	"time"

	"earshot/models"
	"earshot/moderation/review/internal/reviewtest"
)

// evening is a session of two hours with 2000 lines by 40 people and 300 flags, eight of them asks that wait, beside a short one.
func evening(live bool) *memory {
	m := everyState()
	ses := models.Session{
		ID: "long", Room: "lounge://localhost/evening", Name: "A whole evening", Started: start.Add(-2 * time.Hour), Model: "tiny.en",
		Rules: "open-mic@3f9c21", URL: "lounge://localhost/evening",
	}
	if !live {
		ses.Ended, ses.Reason = start, models.EndRoomClosed
	}
	m.sessions = append(m.sessions, ses)
	levels := []models.Level{models.LevelInfo, models.LevelLow, models.LevelMedium, models.LevelHigh}
	for i := range 40 {
		name := fmt.Sprint("Speaker ", i+1)
		m.speakers = append(m.speakers, models.Speaker{Session: "long", ID: name, Name: name, FirstMS: int64(i) * 3600})
	}
	for i := range 2000 {
		at := int64(i) * 3600
		u := reviewtest.Said(
			"long", i, fmt.Sprint("Speaker ", i*7%40+1), at, at+3000,
			fmt.Sprintf("We tried it %d times and it was hard to keep both in mind.", i),
		)
		m.lines = append(m.lines, u)
		if i%20 < 3 {
			f := reviewtest.Flagged(u, fmt.Sprint("rule.", i%5), levels[i/20%4], 0, 1)
			if i < 1900 {
				f.Status, f.DecidedBy, f.Decided = models.FlagConfirmed, "Ana", start
			}
			m.flags = append(m.flags, f)
			if i >= 1940 {
				m.decisions = append(m.decisions, models.Decision{
					ID: fmt.Sprint("e", i), Session: "long", Flag: f.ID, Ask: models.AskOpen, Offer: []string{"mute 60s", "warn", "dismiss"},
					Expires: start.Add(5 * time.Minute),
				})
			}
		}
	}
	return m
}
