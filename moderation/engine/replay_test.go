//go:build !race

package engine

import (
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestReplay counts what rules would have done and compares it with the decisions of hosts.
func TestReplay(t *testing.T) {
	r := NewReplay(mustLoad(t, roomRules))
	idiot, pig, apple := line("idiot", 1), line("a pig", 0.3), line("bad apple", 1)
	pig.Seq, apple.Seq = 2, 3
	r.Session(models.Session{ID: "s"}, nil, []models.Flag{
		{Utterance: idiot.Key, Rule: "rude", Status: models.FlagConfirmed}, {Utterance: apple.Key, Rule: "gone", Status: models.FlagDismissed},
	})
	for _, u := range []models.Utterance{idiot, pig, apple} {
		u.LateMS = 1 << 30
		r.Line(u)
	}
	row := r.Rows()[0]
	if want := (ReplayRow{"rude", "main", 3, 2, 1, 1}); row != want || r.Lines != 3 || r.Sessions != 1 {
		t.Errorf("%+v, want %+v", row, want)
	}
	if p, ok := row.Precision(); !ok || p != 0.5 {
		t.Errorf("precision %v", p)
	}
}

// TestReplayOfTheFloor: rules on turn-taking are replayed with the stored lines; each holds once, with the host's decision of that
// time.
func TestReplayOfTheFloor(t *testing.T) {
	r := NewReplay(mustLoad(t, "schema: 1\nrules: [{id: turn, when: {floor: {turn_over: 5s}}, then: [nudge: {to: speaker}]}]\n"))
	r.Session(models.Session{ID: "s", Epoch: 1}, nil, []models.Flag{
		{Utterance: models.Key{Session: "s", Epoch: 1}, Rule: "turn", SpeakerID: "ana", EndMS: 9000, Status: models.FlagDismissed},
	})
	for i := range int64(12) {
		u := models.Utterance{
			Key: models.Key{Session: "s", Epoch: 1, Track: "t", Seq: int(i + 1)}, SpeakerID: "ana", StartMS: i * 1000, EndMS: i*1000 + 900,
			VoicedMS: 900,
		}
		if i > 8 {
			u.StartMS, u.EndMS, u.SpeakerID = u.StartMS+20_000, u.EndMS+20_000, "ben"
		}
		if i%2 == 0 {
			u.Words = []models.Word{{Text: "la", StartMS: u.StartMS, EndMS: u.StartMS + 400}, {Text: "la", StartMS: u.StartMS + 500, EndMS: u.EndMS}}
		}
		r.Line(u)
	}
	if got, want := r.Rows()[0], (ReplayRow{"turn", "main", 1, 1, 0, 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestVerbs(t *testing.T) {
	var got []string
	for _, v := range mustLoad(t, deskRules).Verbs() {
		got = append(got, string(v))
	}
	if strings.Join(got, " ") != "nudge warn mute to_audience remove ban" {
		t.Error(got)
	}
}

func TestRulesAreExchanged(t *testing.T) {
	rule := func(word string) string {
		return "schema: 1\nprofile: main\nledger: {l: {}}\nrules: [{id: w, when: {says: {phrase: " +
			"" + word + "}}, then: [add: {to: l, points: 5}]}]\n"
	}
	s := NewSession(mustLoad(t, rule("zebra")), models.Session{Started: began})
	before := s.Decide(line("a zebra", 1))
	s.SetRules(mustLoad(t, rule("yak")))
	later := line("a zebra and a yak", 1)
	later.Seq++
	after := s.Decide(later)
	if len(before.Flags) != 1 || len(after.Flags) != 1 || after.Flags[0].Matched[0].Text != "yak" {
		t.Errorf("%+v, then %+v", before.Flags, after.Flags)
	}
	if got := s.Balance("l", after.Flags[0].SpeakerID, began.Add(time.Hour)); got != 10 {
		t.Errorf("the balance is %v: what was added before was to stay", got)
	}
}
