package storetest

import (
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

func testOnItsWay(t *testing.T, s suite) { OnItsWay(t, s, s.now, func() {}) }

// OnItsWay can be run by itself, for stores that can check more. What somebody said before they were erased is not stored
// afterwards, wherever it was meanwhile: in memory, in a decoder, with a service for second opinions, or as a gap. What they say
// later is stored, and so is what others said. now is the store's clock; look is called once everything that was in progress has
// arrived.
func OnItsWay(t *testing.T, s store.Store, now func() time.Time, look func()) {
	t.Helper()
	ctx := t.Context()
	session, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "open-mic", Started: now().Add(-time.Minute)})
	Must(t, err)
	word := models.Word{Text: "zqxword", StartMS: 1000, EndMS: 1200, P: 1}
	said := func(seq int, who string, ago time.Duration) models.Clip {
		c := Clip("s1", session.Epoch, seq, []byte("zqxsound"))
		c.SpeakerID, c.Spoken = who, now().Add(-ago)
		return c
	}
	stored, decoding := said(1, "ana", 30*time.Second), said(2, "ana", 20*time.Second)
	Must(t, s.PutClip(ctx, stored))
	u := Line(stored, "zqxword", word)
	f := Flag(u, "r")
	pending := models.Decision{
		ID: "d1", Session: "s1", Flag: f.ID, Utterance: u.Key, SpeakerID: "ana", Matched: u.Words,
		Verdict: models.VerdictPending, Created: Start,
	}
	Must(t, s.Put(ctx, models.Record{
		Session: "s1", Utterance: &u, Spooled: true, Flags: []models.Flag{f}, Decisions: []models.Decision{pending},
	}))
	Must(t, s.PutClip(ctx, decoding))
	open := models.Decision{ID: "d2", Session: "s1", Flag: "f2", SpeakerID: "ben", Verdict: models.VerdictLogged, Created: Start}
	Must(t, s.Put(ctx, models.Record{Session: "s1", Decisions: []models.Decision{open}}))

	Must(t, s.Erase(ctx, models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "host"}))

	late := Line(decoding, "zqxword", word)
	WantErr(
		t, "the line that was being decoded", s.Put(ctx, models.Record{Session: "s1", Utterance: &late, Spooled: true}), models.ErrNotFound,
	)
	Must(t, s.PutClip(ctx, said(3, "ana", 10*time.Second)))
	Must(t, s.PutGap(ctx, models.Gap{
		Session: "s1", SpeakerID: "ana", SpeakerName: "Zqxana", StartMS: 5000, EndMS: 6000, LostMS: 1000, Cause: models.GapLoss,
	}))
	looked := pending
	looked.Verdict = models.VerdictLogged
	WantErr(t, "the second look", s.Put(ctx, models.Record{
		Session: "s1", Decisions: []models.Decision{looked}, Actions: []models.Action{{ID: "a1", Session: "s1", Decision: "d1", Created: Start}},
		Ledger: []models.LedgerEntry{{ID: "l1", Session: "s1", Person: "ana", Flag: f.ID, Points: 1, At: Start}},
	}), models.ErrNotFound)
	open.Ask = models.AskExpired
	Must(t, s.Put(ctx, models.Record{Session: "s1", Decisions: []models.Decision{looked, open}})) // the rest of it stands
	look()
	ds, err := s.Decisions(ctx, "s1")
	Must(t, err)
	actions, err := s.Actions(ctx, "s1")
	Must(t, err)
	if len(ds) != 1 || ds[0].ID != "d2" || ds[0].Ask != models.AskExpired || len(actions) != 0 {
		t.Errorf("decisions %+v, actions %+v", ds, actions)
	}

	for seq, who := range map[int]string{10: "ana", 11: "ben"} {
		Must(t, s.PutClip(ctx, said(seq, who, -time.Hour))) // after it
	}
	Must(t, s.PutClip(ctx, said(12, "ben", 10*time.Second)))
	keys, err := s.PendingKeys(ctx)
	Must(t, err)
	Equal(t, "clips of others, and of later", len(keys), 3)
}
