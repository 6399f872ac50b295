//go:build !race

package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

const deskRules = `schema: 1
mode: act
automatic: [ban]
ledger: {conduct: {fade: 24/day, across: this_host}}
rules:
  - id: ask
    when: {says: {phrase: ask}}
    then:
      - flag: {level: high, clip: {before: 8s, after: 4s, keep: 14d}}
      - ask: {who: [host], offer: [mute 60s, warn, dismiss], expires: 45s}
      - add: {to: conduct, points: 60}
  - {id: mute, when: {says: {phrase: mute}}, then: [mute: {for: 20s}, add: {to: conduct, points: 50}]}
  - {id: warn, when: {says: {phrase: warn}}, then: [warn: {text: "Careful, {{speaker}}"}, tell: {webhook: mods}]}
  - {id: remove, when: {says: {phrase: remove}}, then: [remove: {}]}
  - {id: ban, automatic: yes, when: {says: {phrase: ban}}, then: [ban: {for: 1h}]}
  - {id: redact, when: {says: {phrase: secret}}, then: [redact: {text: true, clip: beep}]}
  - {id: hidden, when: {says: {phrase: hidden}}, then: [redact: {at_once: yes}]}
  - {id: rare, when: {says: {phrase: rare}}, at_most: {once_per: 30s, by: person}, then: [nudge: {}]}
  - {id: look, when: {says: {phrase: look}}, second_look: {must_agree: true}, then: [mute: {for: 5s}]}
  - {id: ladder, when: {ledger: {conduct: ">=100"}}, then: [ask: {who: [host], offer: [to_audience, remove, dismiss]}]}
`

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func deskSession(t testing.TB, rules string) *Session {
	return NewSession(mustLoad(t, rules), models.Session{ID: "s", Room: "r", Started: began})
}

// did is a short form of an outcome.
func did(o Outcome) string {
	var out []string
	for _, d := range o.Decisions {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Rule, d.Verdict, d.Ask)))
	}
	for _, a := range o.Actions {
		out = append(out, strings.TrimSpace(fmt.Sprintf("!%s %s", a.Verb, a.TargetID)))
	}
	for _, e := range o.Ledger {
		out = append(out, fmt.Sprintf("%s%+g pending=%v", e.Ledger, e.Points, e.Pending))
	}
	return strings.Join(out, "; ")
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		mode, say, want string
	}{
		{"act", "ask", "ask asked open; conduct+60 pending=true"},
		{"act", "mute", "mute enforced; !mute someone; conduct+50 pending=false"},
		{"act", "warn", "warn enforced; !warn someone; !tell someone"},
		{"act", "mute and warn", "mute enforced; warn logged; !mute someone; !tell someone; conduct+50 pending=false"},
		{"act", "remove", "remove asked open"}, // what cannot be undone needs a human
		{"act", "ban", "ban enforced; !ban someone"},
		{"act", "secret", "redact logged; !redact someone"},
		{"suggest", "secret", "redact asked open"},
		{"suggest", "hidden", "hidden logged; !redact someone"},
		{"suggest", "mute", "mute asked open; conduct+50 pending=true"},
		{"suggest", "ban", "ban asked open"},
		{"watch", "ask mute ban secret", "ask logged; ban logged; mute logged; redact logged"},
		{"act", "look", "look pending"},
		{"act", "nothing", ""},
	} {
		s := deskSession(t, strings.Replace(deskRules, "mode: act", "mode: "+c.mode, 1))
		u := exampleLine(c.say, 1, 0, 1)
		first := s.Decide(u)
		if got := did(first); got != c.want {
			t.Errorf("%s, %q: %s, want %s", c.mode, c.say, got, c.want)
		}
		if again := s.Decide(u); jsonOf(t, again) != jsonOf(t, first) {
			t.Errorf("%s, %q: the line again has another outcome", c.mode, c.say)
		}
		other := deskSession(t, strings.Replace(deskRules, "mode: act", "mode: "+c.mode, 1)) // a restart gives the same ids
		if again := other.Decide(u); jsonOf(t, again) != jsonOf(t, first) {
			t.Errorf("%s, %q: another run has another outcome", c.mode, c.say)
		}
	}
}

func TestDoubtfulTextDoesNothing(t *testing.T) {
	s := deskSession(t, deskRules)
	u := exampleLine("ask mute ban secret", 0.3, 0, 1)
	if got := did(s.Decide(u)); got != "ask withheld; ban withheld; mute withheld; redact withheld" {
		t.Error(got)
	}
}

func TestAnswer(t *testing.T) {
	s := deskSession(t, deskRules)
	o := s.Decide(exampleLine("ask", 1, 0, 1))
	id, now := o.Decisions[0].ID, began.Add(10*time.Second)
	if got := s.Balance("conduct", "someone", now); got != 0 {
		t.Errorf("pending points count: %v", got)
	}
	if _, err := s.Answer(id, "host", "ban", now); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("an answer that was not offered: %v", err)
	}
	a, err := s.Answer(id, "host", "mute 60s", now)
	if err != nil || did(a) != "ask asked confirmed; !mute someone; conduct+60 pending=false" || a.Actions[0].ForMS != 60_000 ||
		a.Decisions[0].DecidedBy != "host" {
		t.Errorf("%v: %s", err, did(a))
	}
	if _, err := s.Answer(id, "host", "warn", now); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a second answer: %v", err)
	}
	if got := s.Balance("conduct", "someone", now.Add(12*time.Hour)); got != 48 {
		t.Errorf("after half a day: %v, want 60 - 12", got)
	}
	o = s.Decide(exampleLine("ask", 1, 60_000, 2))
	if a, err = s.Answer(o.Decisions[0].ID, "host", AnswerDismiss, now); err != nil || did(a) != "ask asked dismissed" ||
		a.Statuses[0].Confirmed {
		t.Errorf("%v: %s", err, did(a))
	}
}

func TestDismissalUndoes(t *testing.T) {
	s := deskSession(t, deskRules)
	o := s.Decide(exampleLine("mute", 1, 0, 1))
	a, err := s.AnswerDecision(o.Decisions[0], "host", AnswerDismiss, began.Add(time.Second))
	if err != nil || did(a) != "mute enforced dismissed; !unmute someone; conduct-50 pending=false" {
		t.Errorf("%v: %s", err, did(a))
	}
	if got := s.Balance("conduct", "someone", began.Add(time.Minute)); got != 0 {
		t.Errorf("a dismissed flag costs %v", got)
	}
}

func TestLadder(t *testing.T) {
	s := deskSession(t, deskRules)
	if got := did(s.Decide(exampleLine("mute", 1, 0, 1))); strings.Contains(got, "ladder") {
		t.Error(got)
	}
	o := s.Decide(exampleLine("mute", 1, 1000, 2))
	if got := did(o); !strings.Contains(got, "ladder asked open") || o.Flags[len(o.Flags)-1].Rule != "ladder" {
		t.Error(got)
	}
	if got := did(s.Decide(exampleLine("mute", 1, 3000, 4))); strings.Contains(got, "ladder") {
		t.Errorf("it fires again without having been below: %s", got)
	}
}

func TestExpiryAndRestart(t *testing.T) {
	s := deskSession(t, deskRules)
	asked, muted := exampleLine("ask", 1, 0, 1), exampleLine("mute", 1, 1000, 2)
	asked.Session, muted.Session = "s", "s"
	o := s.Decide(asked)
	created := o.Decisions[0].Created
	more := s.Decide(muted)
	restarted := deskSession(t, deskRules)
	restarted.Restore(o.Decisions, append(o.Ledger, more.Ledger...))
	restarted.Restore(o.Decisions, append(o.Ledger, more.Ledger...))
	for _, x := range []*Session{s, restarted} {
		if got := x.Balance("conduct", "someone", created.Add(time.Second)); got < 49 || got > 50 {
			t.Errorf("balance %v", got)
		}
		if next := x.NextExpiry(); !next.Equal(created.Add(45 * time.Second)) {
			t.Errorf("next expiry %v", next)
		}
		if e := x.Expire(created.Add(44 * time.Second)); len(e.Decisions) != 0 {
			t.Errorf("lapsed early: %s", did(e))
		}
		lapsed := x.Expire(created.Add(45 * time.Second))
		if again := x.Expire(created.Add(46 * time.Second)); did(lapsed) != "ask asked expired" || did(again) != "ask asked expired" {
			t.Errorf("%s, and as long as that is not stored %s", did(lapsed), did(again))
		}
		if _, err := x.Answer(o.Decisions[0].ID, "host", "warn", created.Add(time.Minute)); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("an ask past its end was answered: %v", err)
		}
		x.Lapsed(lapsed.Decisions)
		if _, err := x.Answer(o.Decisions[0].ID, "host", "warn", created.Add(time.Minute)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a lapsed ask was answered: %v", err)
		}
	}
}

func TestAtMost(t *testing.T) {
	s := deskSession(t, deskRules)
	for i, c := range []struct {
		at   int64
		want string
	}{{0, "rare enforced; !nudge someone"}, {20_000, "rare withheld"}, {31_000, "rare enforced; !nudge someone"}} {
		if got := did(s.Decide(exampleLine("rare", 1, c.at, i+1))); got != c.want {
			t.Errorf("at %d: %s", c.at, got)
		}
	}
}

func TestSecondLook(t *testing.T) {
	for _, c := range []struct {
		text   string
		failed bool
		want   string
	}{
		{"look", false, "look enforced; !mute someone"},
		{"book", false, "look withheld"},
		{"", true, "look withheld"},
	} {
		s := deskSession(t, deskRules)
		u := exampleLine("look", 1, 0, 1)
		o := s.Decide(u)
		if len(o.Looks) != 1 {
			t.Fatalf("%+v", o)
		}
		second := exampleLine(c.text, 1, 0, 1)
		got, err := s.SecondLook(o.Looks[0].Decision, "small.en", second, c.failed, began.Add(5*time.Second))
		if err != nil || did(got) != c.want || got.Decisions[0].SecondLook.Text != c.text {
			t.Errorf("%q: %v: %s, want %s", c.text, err, did(got), c.want)
		}
	}
}

// TestStrikesInABacklog: strikes count for what was said after them, even if all of it is transcribed late, but not for what was
// said before.
func TestStrikesInABacklog(t *testing.T) {
	s := deskSession(t, `schema: 1
ledger: {conduct: {each: 1d}}
rules:
  - {id: darn, when: {says: {phrase: darn}}, then: [add: {to: conduct, points: 1}]}
  - {id: gosh, when: {all: [{says: {phrase: gosh}}, {ledger: {conduct: ">=1"}}]}, then: [flag: {}]}
`)
	say := func(text string, seq int) string { // all are stored 20 s after the beginning
		u := exampleLine(text, 1, int64(seq)*1000, seq)
		u.Spoken, u.Committed = began.Add(time.Duration(u.EndMS)*time.Millisecond), began.Add(20*time.Second)
		return did(s.Decide(u))
	}
	if got := say("darn", 2); got == "" {
		t.Fatal("no strike")
	}
	if got := say("gosh", 1); got != "" {
		t.Errorf("said before the strike: %s", got)
	}
	if got := say("gosh", 3); got == "" {
		t.Error("said after the strike: no flag")
	}
}
