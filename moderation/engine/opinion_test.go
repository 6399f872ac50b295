//go:build !race

package engine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestOpinionOnlyLowers gives every possible answer to every verdict that waits: none becomes stronger than without the question.
func TestOpinionOnlyLowers(t *testing.T) {
	rank := map[models.Verdict]int{models.VerdictLogged: 0, models.VerdictWithheld: 0, models.VerdictAsked: 1, models.VerdictEnforced: 2}
	for _, mode := range []string{"suggest", "act"} {
		for _, say := range []string{"ask", "mute", "warn", "remove", "ban", "rare"} {
			rules := strings.Replace(deskRules, "mode: act", "mode: "+mode, 1)
			u := exampleLine(say, 1, 0, 1)
			alone := deskSession(t, rules).Decide(u)
			for _, state := range []models.OpinionState{models.OpinionAgreed, models.OpinionDisagreed, models.OpinionNone, models.OpinionUnasked} {
				s := deskSession(t, rules)
				s.WantOpinions(true)
				o := s.Decide(u)
				if len(o.Opinions) != 1 || len(o.Actions)+len(o.Ledger) > 0 || did(o) != say+" pending" {
					t.Fatalf("%s, %s: %s", mode, say, did(o))
				}
				got, err := s.Opinion(o.Opinions[0].Decision, models.Opinion{By: "m", State: state}, o.Decisions[0].Created)
				if err != nil || got.Decisions[0].Opinion.State != state {
					t.Fatalf("%v: %+v", err, got)
				}
				before, now := rank[alone.Decisions[0].Verdict], rank[got.Decisions[0].Verdict]
				if lower := state == models.OpinionDisagreed; lower && (now != before-1 || got.Decisions[0].Done != "") || !lower &&
					did(got) != did(alone) {
					t.Errorf("%s, %s, %s: %s, alone %s", mode, say, state, did(got), did(alone))
				}
				if _, err := s.Opinion(o.Opinions[0].Decision, models.Opinion{State: state}, began); !errors.Is(err, models.ErrNotFound) {
					t.Errorf("a second answer: %v", err)
				}
			}
		}
	}
}

// TestOpinionNotWanted: no opinion is requested for a verdict that is only stored, redacts, or is about points alone.
func TestOpinionNotWanted(t *testing.T) {
	for mode, say := range map[string]string{"watch": "ask mute ban", "act": "secret"} {
		s := deskSession(t, strings.Replace(deskRules, "mode: act", "mode: "+mode, 1))
		s.WantOpinions(true)
		if o := s.Decide(exampleLine(say, 1, 0, 1)); len(o.Opinions) > 0 {
			t.Errorf("%s: %s", mode, did(o))
		}
	}
}

// TestOpinionAfterSecondLook waits for both, the second look first, also across a restart.
func TestOpinionAfterSecondLook(t *testing.T) {
	s := deskSession(t, deskRules)
	s.WantOpinions(true)
	u := exampleLine("look", 1, 0, 1)
	u.Session = "s"
	o := s.Decide(u)
	id := o.Decisions[0].ID
	if _, err := s.Opinion(id, models.Opinion{State: models.OpinionAgreed}, began); !errors.Is(err, models.ErrNotFound) ||
		len(o.Opinions) > 0 {
		t.Fatalf("an opinion before the look: %v, %s", err, did(o))
	}
	o, err := s.SecondLook(id, "small.en", u, false, began)
	if err != nil || did(o) != "look pending" || len(o.Opinions) != 1 || !o.Decisions[0].SecondLook.Agreed {
		t.Fatalf("%v: %s", err, did(o))
	}
	s = deskSession(t, deskRules)
	s.Restore(o.Decisions, nil)
	if _, err := s.SecondLook(id, "small.en", u, false, began); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a look after the look: %v", err)
	}
	if o, err = s.Opinion(id, models.Opinion{State: models.OpinionNone}, began); err != nil || did(o) != "look enforced; !mute someone" {
		t.Errorf("%v: %s", err, did(o))
	}
}

// TestAtMostAfterRestart: stored decisions limit a rule as if the program had never ended.
func TestAtMostAfterRestart(t *testing.T) {
	line := func(at int64, seq int) models.Utterance {
		u := exampleLine("rare", 1, at, seq)
		u.Session = "s"
		return u
	}
	s := deskSession(t, deskRules)
	stored := s.Decide(line(60_000, 1)).Decisions
	stored = append(stored, s.Decide(line(70_000, 2)).Decisions...) // held back, and so no firing
	for at, want := range map[int64]string{75_000: "rare withheld", 89_000: "rare withheld", 95_000: "rare enforced; !nudge someone"} {
		s := deskSession(t, deskRules)
		s.Restore(stored, nil)
		if got := did(s.Decide(line(at, 3))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		other := line(at, 4)
		other.SpeakerID = "other"
		if got := did(s.Decide(other)); got != "rare enforced; !nudge other" {
			t.Errorf("somebody else at %d: %s", at, got)
		}
	}
	s = deskSession(t, deskRules)
	s.Restore(stored, nil)
	if got := did(s.Decide(line(60_000, 1))); got != "rare enforced; !nudge someone" {
		t.Errorf("the same line again: %s", got)
	}
}

// TestRedactedIsNotTold: what a rule redacts appears in no decision, title or reason.
func TestRedactedIsNotTold(t *testing.T) {
	rules := strings.Replace(deskRules, "then: [redact:", `then: [flag: {title: "Said {{match}}"}, redact:`, 1)
	o := deskSession(t, rules).Decide(exampleLine("the secret", 1, 0, 1))
	d, f := o.Decisions[0], o.Flags[0]
	if len(o.Redactions) != 1 || o.Redactions[0].Words[0].Text != "secret" || d.Matched[0].Text != "▮▮▮▮▮▮" {
		t.Errorf("%+v, %+v", o.Redactions, d.Matched)
	}
	if told := d.Why + f.Why + f.Title; strings.Contains(told, "secret") || !strings.Contains(f.Title, "Said s") {
		t.Error(told)
	}
	if d.Created.IsZero() || d.Created.Before(began.Add(-time.Second)) {
		t.Error(d.Created)
	}
}
