//go:build !race

package engine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

const waits = `schema: 1
mode: act
ledger: {conduct: {fade: 24/day, across: this_room}}
rules:
  - {id: look, when: {says: {phrase: look}}, second_look: {must_agree: false}, then: [mute: {for: 5s}, add: {to: conduct, points: 60}]}
  - {id: sure, when: {says: {phrase: sure}}, second_look: {must_agree: true}, then: [mute: {for: 5s}]}
  - {id: hide, when: {says: {phrase: hide}}, second_look: {must_agree: false}, then: [redact: {text: true, clip: beep}, mute: {for: 5s}]}
  - {id: ask, when: {says: {phrase: ask}}, then: [ask: {who: [host], offer: [mute 60s, dismiss], expires: 45s}]}
  - {id: ladder, when: {ledger: {conduct: ">=100"}}, then: [to_audience: {}]}
`

// TestLateLookOrOpinionIsOnlyWrittenDown: the result that a pending verdict waited for arrives more than 30 s after the words,
// counted from when they were said and not from when they were stored. Nothing is enforced.
func TestLateLookOrOpinionIsOnlyWrittenDown(t *testing.T) {
	for _, c := range []struct {
		name    string
		opinion bool
		after   time.Duration
		want    string
	}{
		{"look in time", false, 9 * time.Second, "look enforced; !mute someone; conduct+60 pending=false"},
		{"look late", false, 11 * time.Second, "look withheld"},
		{"look days later", false, 72 * time.Hour, "look withheld"},
		{"opinion in time", true, 9 * time.Second, "look enforced; !mute someone; conduct+60 pending=false"},
		{"opinion late", true, 11 * time.Second, "look withheld"},
	} {
		s := deskSession(t, waits)
		s.WantOpinions(c.opinion)
		u := exampleLine("look", 1, 0, 1)
		u.Session, u.LateMS = "s", 20_000
		o := s.Decide(u)
		d := o.Decisions[0]
		if want := d.Created.Add(-20 * time.Second); !d.Said.Equal(want) || d.Verdict != models.VerdictPending {
			t.Fatalf("said %v, want %v; %s", d.Said, want, did(o))
		}
		at := d.Created.Add(c.after)
		if c.opinion {
			if _, err := s.SecondLook(d.ID, "m", u, false, d.Created); err != nil {
				t.Fatal(err)
			}
			o, _ = s.Opinion(d.ID, models.Opinion{State: models.OpinionAgreed}, at)
		} else {
			o, _ = s.SecondLook(d.ID, "m", u, false, at)
		}
		if got := did(o); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if late := c.want == "look withheld"; late && !strings.Contains(o.Decisions[0].Why, "too late") {
			t.Errorf("%s: %s", c.name, o.Decisions[0].Why)
		}
	}
}

// TestLookThatDoesNotCome: a verdict waits for a second look only while its words are recent enough to act on. Words that are to be
// hidden are hidden all the same.
func TestLookThatDoesNotCome(t *testing.T) {
	s := deskSession(t, waits)
	created := s.Decide(exampleLine("look", 1, 0, 1)).Decisions[0].Created
	s.Decide(exampleLine("hide", 1, 0, 2))
	if next := s.NextExpiry(); !next.Equal(created.Add(30 * time.Second)) {
		t.Errorf("it waits until %v, said at %v", next, created)
	}
	if o := s.Expire(created.Add(29 * time.Second)); len(o.Decisions) > 0 {
		t.Errorf("lapsed early: %s", did(o))
	}
	o := s.Expire(created.Add(31 * time.Second))
	if len(o.Decisions) != 2 || len(o.Actions)+len(o.Ledger) > 0 || len(o.Redactions) != 1 ||
		o.Redactions[0].Flag != decisionOf(o, "hide").Flag {
		t.Fatalf("%s, hidden %+v", did(o), o.Redactions)
	}
	d := decisionOf(o, "look")
	if d.Verdict != models.VerdictWithheld || !d.SecondLook.Failed || strings.Contains(d.Why, "did not hear") {
		t.Errorf("%+v", d)
	}
	s.Lapsed(o.Decisions)
	if _, err := s.SecondLook(
		d.ID, "m", exampleLine("look", 1, 0, 1), false, created.Add(32*time.Second),
	); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("the look came after all: %v", err)
	}
}

func decisionOf(o Outcome, rule string) models.Decision {
	for _, d := range o.Decisions {
		if d.Rule == rule {
			return d
		}
	}
	return models.Decision{}
}

// TestLookThatWasNotMadeHeardNothing: if no second look was made, the stored decision does not say that one was.
func TestLookThatWasNotMadeHeardNothing(t *testing.T) {
	s := deskSession(t, waits)
	d := s.Decide(exampleLine("sure", 1, 0, 1)).Decisions[0]
	o, err := s.SecondLook(d.ID, "", models.Utterance{}, true, d.Created)
	if err != nil || did(o) != "sure withheld" || strings.Contains(o.Decisions[0].Why, "did not hear") {
		t.Errorf("%v: %s, %s", err, did(o), o.Decisions[0].Why)
	}
	d = s.Decide(exampleLine("sure", 1, 60_000, 2)).Decisions[0]
	s.SetRules(deskSession(t, deskRules).set) // without that rule: what was heard is compared with nothing
	o, err = s.SecondLook(d.ID, "m", exampleLine("sure", 1, 60_000, 2), false, d.Created)
	if err != nil || did(o) != "sure withheld" || !o.Decisions[0].SecondLook.Failed || o.Decisions[0].Why == "" {
		t.Errorf("without the rule: %v: %s, %+v, %s", err, did(o), o.Decisions[0].SecondLook, o.Decisions[0].Why)
	}
}

// TestNothingIsDoneAfterTheStay: spooled lines and answers of hosts arrive after a stay has ended. Flags are stored and points
// count, but nobody is asked and no action is taken.
func TestNothingIsDoneAfterTheStay(t *testing.T) {
	s := deskSession(t, waits)
	open := s.Decide(exampleLine("ask", 1, 0, 1)).Decisions[0]
	pending := s.Decide(exampleLine("look", 1, 0, 2)).Decisions[0]
	s.End()
	if o := s.Expire(open.Created); did(o) != "ask asked expired; look withheld" && did(o) != "look withheld; ask asked expired" {
		t.Errorf("at the end of the stay: %s", did(o))
	}
	if _, err := s.Answer(open.ID, "host", "mute 60s", open.Created); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("an ask was answered: %v", err)
	}
	if o, _ := s.SecondLook(pending.ID, "m", exampleLine("look", 1, 0, 2), false, pending.Created); did(o) != "look withheld" {
		t.Errorf("a look after the end: %s", did(o))
	}
	for i, c := range [][2]string{
		{"look", "look withheld; conduct+60 pending=false"},
		{"sure", "sure withheld"},
		{"ask", "ask asked expired"},
		{"hide", "hide withheld; !redact someone"},
	} {
		o := s.Decide(exampleLine(c[0], 1, 1000, 3+i))
		if did(o) != c[1] || len(o.Looks)+len(o.Opinions) > 0 || len(o.Flags) != 1 || c[0] == "hide" && len(o.Redactions) != 1 {
			t.Errorf("%s after the end: %s", c[0], did(o))
		}
	}
	over := open
	over.Verdict, over.Points = models.VerdictAsked, []models.Points{{Ledger: "conduct", Points: 120}}
	o, err := s.AnswerDecision(over, "host", AnswerConfirm, open.Created.Add(72*time.Hour))
	if err != nil || len(o.Actions) > 0 || decisionOf(o, "ladder").Verdict != models.VerdictWithheld || len(o.Ledger) != 1 {
		t.Errorf("a host confirms a flag three days later: %v, %s", err, did(o))
	}
}
