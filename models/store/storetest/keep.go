package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"earshot/models"
)

// Audio that was never decoded leaves a gap, so that a reviewer sees that somebody spoke.
func testSweptSound(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	Must(t, s.PutClip(t.Context(), Clip("s1", 1, 3, []byte("sound"))))
	_, err := s.Sweep(t.Context(), Start.Add(15*Day), Clocks)
	Must(t, err)
	gaps, err := s.Gaps(t.Context(), "s1")
	Must(t, err)
	Equal(t, "gaps", gaps, []models.Gap{{
		Session: "s1", SpeakerID: "ana", SpeakerName: "Ana", StartMS: 3000, EndMS: 3900, LostMS: 900, Cause: models.GapOverload,
	}})
}

// A session that runs for weeks loses its old lines and continues.
func testSweepOfALiveSession(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	PutLine(t, s, "s1", 1, "an old line")
	late := Line(Clip("s1", 1, int(40*Day/time.Second), nil), "a new line")
	Must(t, s.Put(t.Context(), Record(late, nil)))
	swept, err := s.Sweep(t.Context(), Start.Add(41*Day), Clocks)
	Must(t, err)
	Equal(t, "swept", swept, models.Swept{Utterances: 1})
	us, err := s.Utterances(t.Context(), "s1")
	Must(t, err)
	if len(us) != 1 || us[0].Text != "a new line" {
		t.Errorf("%d lines are left", len(us))
	}
}

func testEraseIsStrict(t *testing.T, s suite) {
	for _, e := range []models.Erasure{{}, {Kind: "all", Target: "x"}, {Kind: models.EraseSession}} {
		WantErr(t, fmt.Sprint(e), s.Erase(t.Context(), e), models.ErrInvalid)
	}
}

func testFindPeople(t *testing.T, s suite) {
	FillRoom(t, s, "a", "r1", "ana", 12)
	FillRoom(t, s, "b", "r2", "ana", 12)
	Must(t, s.PutSpeaker(t.Context(), models.Speaker{Session: "b", ID: "ana2", Name: "ANA"}))
	for word, want := range map[string][]string{"anaid": {"anaid"}, "Ana": {"ana2", "anaid"}, "an": nil} {
		people, err := s.FindPeople(t.Context(), word)
		Must(t, err)
		var ids []string
		for _, p := range people {
			ids = append(ids, p.ID)
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%q: %v, want %v", word, ids, want)
		}
	}
	r, err := s.PersonRecord(t.Context(), "anaid", "")
	Must(t, err)
	Equal(t, "in all rooms", []int{
		len(r.Sessions), len(r.Utterances), len(r.Flags), len(r.Gaps), len(r.Decisions), len(r.Actions), len(r.Strikes),
	}, []int{2, 22, 6, 24, 6, 6, 6})
	r, err = s.PersonRecord(t.Context(), "anaid", "r2")
	Must(t, err)
	Equal(
		t, "in one room", []int{len(r.Sessions), len(r.Utterances), r.Sessions[0].Lines, r.Sessions[0].Flags, r.Sessions[0].Clips},
		[]int{1, 11, 9, 3, 6},
	)
	_, err = s.PersonRecord(t.Context(), "nobody", "")
	WantErr(t, "nobody", err, models.ErrNotFound)
}

// testEraseKinds: erased data disappears from every list, and everything else stays.
func testEraseKinds(t *testing.T, s suite) {
	for i, tt := range []struct {
		e    models.Erasure
		left string
	}{
		{models.Erasure{Kind: models.EraseSession, Target: "secret"}, "session false"},
		{models.Erasure{Kind: models.EraseRoom, Target: "hidden"}, "session false"},
		{models.Erasure{Kind: models.ErasePerson, Target: "zqxid"}, "session true"},
		{models.Erasure{Kind: models.ErasePerson, Target: "zqxid", Room: "hidden"}, "session true"},
	} {
		kept := fmt.Sprint("kept", i)
		FillRoom(t, s, "secret", "hidden", "zqx", 20)
		FillRoom(t, s, kept, "r", "plain", 20)
		before := Held(t, s, kept)
		Must(t, s.Erase(t.Context(), tt.e))
		Equal(t, fmt.Sprint(tt.e), Held(t, s, "secret"), tt.left+" lines 0 flags 0 clips 0 people 0")
		Equal(t, "the other session", Held(t, s, kept), before)
		page, err := s.Search(t.Context(), models.SearchQuery{Text: "zqx"})
		Must(t, err)
		Equal(t, "hits", len(page.Hits), 0)
	}
	last, err := s.CheckRemovals(t.Context())
	Must(t, err)
	Equal(t, "length of the chain's hash", len(last), 64)
}
