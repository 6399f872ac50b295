package sqlite_test

import (
	"testing"
	"time"

	"earshot/models"
)

// What somebody said before they were erased is not stored after it, wherever it was meanwhile: in memory, at the decoder,
// with whoever gives a second opinion, or as a gap. What they say later is, and so is what others said.
func TestErasureHoldsForWhatIsOnItsWay(t *testing.T) {
	ctx := t.Context()
	s := open(t)
	session, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "open-mic", Started: time.Now().Add(-time.Minute)})
	must(t, err)
	word := models.Word{Text: "zqxword", StartMS: 1000, EndMS: 1200, P: 1}
	said := func(seq int, who string, ago time.Duration) models.Clip {
		c := clip("s1", session.Epoch, seq, []byte("zqxsound"))
		c.SpeakerID, c.Spoken = who, time.Now().Add(-ago)
		return c
	}
	stored, decoding := said(1, "ana", 30*time.Second), said(2, "ana", 20*time.Second)
	must(t, s.PutClip(ctx, stored))
	u := utterance(stored, "zqxword", word)
	f := flag(u, "r")
	pending := models.Decision{
		ID: "d1", Session: "s1", Flag: f.ID, Utterance: u.Key, SpeakerID: "ana", Matched: u.Words,
		Verdict: models.VerdictPending, Created: start,
	}
	must(t, s.Put(ctx, models.Record{
		Session: "s1", Utterance: &u, Spooled: true, Flags: []models.Flag{f}, Decisions: []models.Decision{pending},
	}))
	must(t, s.PutClip(ctx, decoding))
	open := models.Decision{ID: "d2", Session: "s1", Flag: "f2", SpeakerID: "ben", Verdict: models.VerdictLogged, Created: start}
	must(t, s.Put(ctx, models.Record{Session: "s1", Decisions: []models.Decision{open}}))

	must(t, s.Erase(ctx, models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "host"}))

	late := utterance(decoding, "zqxword", word)
	wantErr(
		t, "the line that was being decoded", s.Put(ctx, models.Record{Session: "s1", Utterance: &late, Spooled: true}), models.ErrNotFound,
	)
	must(t, s.PutClip(ctx, said(3, "ana", 10*time.Second)))
	must(t, s.PutGap(ctx, models.Gap{
		Session: "s1", SpeakerID: "ana", SpeakerName: "Zqxana", StartMS: 5000, EndMS: 6000, LostMS: 1000, Cause: models.GapLoss,
	}))
	looked := pending
	looked.Verdict = models.VerdictLogged
	wantErr(t, "the second look", s.Put(ctx, models.Record{
		Session: "s1", Decisions: []models.Decision{looked}, Actions: []models.Action{{ID: "a1", Session: "s1", Decision: "d1", Created: start}},
		Ledger: []models.LedgerEntry{{ID: "l1", Session: "s1", Person: "ana", Flag: f.ID, Points: 1, At: start}},
	}), models.ErrNotFound)
	open.Ask = models.AskExpired
	must(t, s.Put(ctx, models.Record{Session: "s1", Decisions: []models.Decision{looked, open}})) // the rest of it stands
	equal(t, "traces", tracesOf(t, s.Path(), marked), map[string]int{})
	ds, err := s.Decisions(ctx, "s1")
	must(t, err)
	actions, err := s.Actions(ctx, "s1")
	must(t, err)
	if len(ds) != 1 || ds[0].ID != "d2" || ds[0].Ask != models.AskExpired || len(actions) != 0 {
		t.Errorf("decisions %+v, actions %+v", ds, actions)
	}

	for seq, who := range map[int]string{10: "ana", 11: "ben"} {
		must(t, s.PutClip(ctx, said(seq, who, -time.Hour))) // after it
	}
	must(t, s.PutClip(ctx, said(12, "ben", 10*time.Second)))
	keys, err := s.PendingKeys(ctx)
	must(t, err)
	equal(t, "clips of others, and of later", len(keys), 3)
}
