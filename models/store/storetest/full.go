package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// Day is a day.
const Day = 24 * time.Hour

// Clocks are the default retention times.
var Clocks = models.RetentionPolicy{Default: models.Retention{Sound: 14 * Day, Words: 30 * Day, Flags: 180 * Day}}

// FillRoom stores an ended session in which every fourth line is flagged, every tenth clip waits and every tenth has failed.
func FillRoom(t testing.TB, s store.Store, id, room, word string, lines int) {
	t.Helper()
	_, err := s.StartSession(t.Context(), models.Session{ID: id, Room: room, Name: id, Started: Start})
	Must(t, err)
	Must(t, s.SetNoticeTargets(t.Context(), []models.NoticeTarget{{Name: "hosts"}}))
	rng := rand.New(rand.NewPCG(7, 8))
	for seq := 1; seq <= lines; seq++ {
		c := Clip(id, 1, seq, bytes.Repeat([]byte(word), 1+rng.IntN(800)))
		c.SpeakerID, c.SpeakerName = word+"id", word
		Must(t, s.PutClip(t.Context(), c))
		Must(
			t,
			s.PutConsent(
				t.Context(),
				models.Consent{Session: id, SpeakerID: word + "id", SpeakerName: word, What: models.ConsentObjected, How: word, At: Start},
			),
		)
		Must(
			t,
			s.PutGap(
				t.Context(),
				models.Gap{Session: id, SpeakerID: word + "id", SpeakerName: word, StartMS: int64(seq), EndMS: int64(seq) + 9, Cause: models.GapLoss},
			),
		)
		if seq%10 == 0 {
			continue
		}
		u := Line(c, strings.TrimSpace(strings.Repeat(word+" common ", 1+rng.IntN(40))), models.Word{Text: word, P: 0.5})
		if seq%10 == 1 {
			u.State, u.Text = models.UtteranceFailed, ""
		}
		var flags []models.Flag
		if seq%4 == 0 {
			flags = []models.Flag{Flag(u, "r")}
			flags[0].Title, flags[0].Why = word, word
			d := models.Decision{
				ID: "d" + flags[0].ID, Session: id, Flag: flags[0].ID, SpeakerID: c.SpeakerID, SpeakerName: word,
				Matched: u.Words, Why: word, Created: u.Committed,
			}
			Must(t, s.Put(t.Context(), models.Record{
				Session: id, Decisions: []models.Decision{d},
				Actions: []models.Action{
					{ID: "a" + d.ID, Session: id, Decision: d.ID, Verb: models.VerbMute, TargetID: c.SpeakerID, TargetName: word, Created: u.Committed},
					{ID: "t" + d.ID, Session: id, Decision: d.ID, Verb: models.VerbTell, Text: word, Created: u.Committed},
				},
				Ledger: []models.LedgerEntry{
					{ID: "l" + d.ID, Ledger: "conduct", Person: c.SpeakerID, Scope: room, Session: id, Points: 1, At: u.Committed},
				},
			}))
			Must(t, s.Put(t.Context(), Record(u, flags, &models.Evidence{
				Utterance: u.Key, StartMS: u.StartMS, EndMS: u.EndMS, Ogg: c.Opus, Expires: Start.Add(365 * Day),
			})))
		}
		Must(t, s.Put(t.Context(), Record(u, flags)))
	}
	Must(t, s.PutSummary(t.Context(), models.Summary{Session: id, Kind: models.SummarySession, Headline: word, Created: Start}))
	Must(t, s.PutRestriction(t.Context(), models.Restriction{
		Room: room, Person: word + "id", Name: word, Verb: models.VerbMute, Action: "a", Session: id, By: "kim", Since: Start,
	}))
	Must(t, s.NamePerson(t.Context(), room, word+"id", word, "kim", Start))
	Must(t, s.EndSession(t.Context(), id, models.EndLeft, Start.Add(time.Hour)))
}

// Held counts the rows of each kind that a session has.
func Held(t testing.TB, s store.Store, id string) string {
	t.Helper()
	us, err := s.Utterances(t.Context(), id)
	Must(t, err)
	flags, err := s.Flags(t.Context(), id)
	Must(t, err)
	people, err := s.Speakers(t.Context(), id)
	Must(t, err)
	clips := 0
	for seq := 1; seq < 100; seq++ {
		if _, err := s.Clip(t.Context(), models.Key{Session: id, Epoch: 1, Track: "t1", Seq: seq}); err == nil {
			clips++
		}
	}
	sounds, err := s.SessionEvidence(t.Context(), id, Start)
	Must(t, err)
	clips += len(sounds)
	_, err = s.Session(t.Context(), id)
	return fmt.Sprintf("session %t lines %d flags %d clips %d people %d", err == nil, len(us), len(flags), clips, len(people))
}

// Redactable is a line whose third and fourth words are in everything that can quote them.
func Redactable(t testing.TB, s store.Store) models.Utterance {
	t.Helper()
	ctx := t.Context()
	_, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "r", Started: Start})
	Must(t, err)
	word := func(text string, at int64) models.Word {
		return models.Word{Text: text, StartMS: at, EndMS: at + 200, P: 0.9}
	}
	u := Line(Clip("s1", 1, 1, nil), "My name, Zqxanna Zqxbell! is old.",
		word("My", 0), word(" name,", 200), word(" Zqxanna", 400), word(" Zqxbell!", 600), word(" is", 800), word(" old.", 1000))
	f := Flag(u, "names")
	f.Matched, f.Title, f.Why = u.Words[2:4], "Name: zqxanna", `Matched "Zqxanna Zqxbell" in names.`
	later := Line(Clip("s1", 1, 2, nil), "Another one.", word("Another", 2000), word(" one.", 2200))
	spread := Flag(later, "spread") // a phrase that began in the line before
	spread.Matched, spread.Why = []models.Word{u.Words[3], later.Words[0]}, "Zqxbell another."
	other := Flag(later, "other")
	other.Why = "Matched my own."
	Must(t, s.Put(ctx, models.Record{
		Session: "s1", Utterance: &u, Flags: []models.Flag{f},
		Evidence: &models.Evidence{
			Utterance: u.Key, EndMS: 1200, Ogg: []byte("OggS zqxsound"), Peaks: []byte{1}, Expires: time.Now().Add(time.Hour),
		},
		Decisions: []models.Decision{
			{
				ID: "d1", Session: "s1", Flag: f.ID, Matched: f.Matched, Why: f.Why, SecondLook: &models.SecondLook{Text: "zqxannabell"},
				Created: Start,
			},
		},
		Actions: []models.Action{
			{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMessage, Text: "Don't say Zqxanna.", Created: Start},
		},
	}))
	Must(t, s.Put(ctx, Record(later, []models.Flag{spread, other})))
	_, err = s.CorrectText(ctx, u.Key, "My name, Zqxanna Zqxbell, is old.", "kim", Start)
	Must(t, err)
	Must(t, s.PutSummary(ctx, models.Summary{Session: "s1", Kind: models.SummarySession, Headline: "Zqxanna is old.", Created: Start}))
	return u
}
