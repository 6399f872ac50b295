//go:build !race

package engine

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

// stage simulates what happens in a session, on its own clock, and collects the outcomes of the rules.
type stage struct {
	*Session
	now  int64
	seq  int
	outs []Outcome
	arms []RuleInfo
	p    float32
}

func (s *stage) take(out Outcome) { s.outs = append(s.outs, out) }

// each advances by seconds, with an observation in each; the room is evaluated too.
func (s *stage) each(seconds int, who string, of func(o *models.Observation, second models.Span)) {
	for range seconds {
		span := models.Span{StartMS: s.now, EndMS: s.now + 1000}
		s.now += 1000
		o := models.Observation{AtMS: s.now, SpeakerID: who}
		if of != nil {
			of(&o, span)
			s.take(s.Observe(o))
		}
		s.take(s.Observe(models.Observation{AtMS: s.now}))
	}
}

func (s *stage) wait(seconds int) { s.each(seconds, "", nil) }

func (s *stage) talk(who string, seconds int) {
	s.each(seconds, who, func(o *models.Observation, second models.Span) { o.Voiced = []models.Span{second} })
}

// say adds a line, first as a partial, then final.
func (s *stage) say(who, text string) {
	s.seq++
	u := exampleLine(text, float64(s.p), s.now, s.seq)
	u.Session, u.SpeakerID, u.SpeakerName = "s", who, strings.ToUpper(who[:1])+who[1:]
	s.arms = append(s.arms, s.Arm(models.Partial{Key: u.Key, SpeakerID: who, SpeakerName: u.SpeakerName, StartMS: s.now, Stable: text})...)
	s.take(s.Observe(models.Observation{AtMS: u.EndMS, SpeakerID: who, Voiced: []models.Span{{StartMS: u.StartMS, EndMS: u.EndMS}}}))
	s.take(s.Decide(u))
	s.now = u.EndMS
	s.wait(1)
}

func (s *stage) event(who string, e models.RoomEvent) {
	s.take(s.Observe(models.Observation{AtMS: s.now, SpeakerID: who, Event: e}))
}

// option is an option of rules: its syntax, and whether it had an effect.
type option struct {
	rule, head string
	// first happens before the test, and then after it.
	first, then func(s *stage)
	done        func(s *stage) bool // nil: it is an exception, and nothing was flagged
	// twice plays it again after a while, split over two lines.
	twice, apart bool
}

// flags are the rule's flags, for Ana or the room.
func (s *stage) flags() (out []models.Flag) {
	for _, o := range s.outs {
		for _, f := range o.Flags {
			if f.Rule == "a" && f.SpeakerID != "ben" {
				out = append(out, f)
			}
		}
	}
	return out
}

// of collects what belongs to the rule's flags or their decisions.
func of[T any](s *stage, from func(Outcome) []T, flag func(T) string) (out []T) {
	mine := map[string]bool{}
	for _, o := range s.outs {
		for _, f := range o.Flags {
			mine[f.ID] = mine[f.ID] || f.Rule == "a"
		}
		for _, d := range o.Decisions {
			mine[d.ID] = mine[d.ID] || d.Rule == "a"
		}
		for _, x := range from(o) {
			if mine[flag(x)] {
				out = append(out, x)
			}
		}
	}
	return out
}

func (s *stage) actions(verb models.Verb) []models.Action {
	all := of(s, func(o Outcome) []models.Action { return o.Actions }, func(a models.Action) string { return a.Decision })
	return slices.DeleteFunc(all, func(a models.Action) bool { return a.Verb != verb })
}

func (s *stage) decisions() []models.Decision {
	return of(s, func(o Outcome) []models.Decision { return o.Decisions }, func(d models.Decision) string { return d.Flag })
}

func (s *stage) points(person string) bool {
	all := of(s, func(o Outcome) []models.LedgerEntry { return o.Ledger }, func(e models.LedgerEntry) string { return e.Flag })
	return slices.ContainsFunc(all, func(e models.LedgerEntry) bool { return e.Person == person })
}

// toAna reports whether an action was taken on Ana.
func toAna(verb models.Verb) func(*stage) bool {
	return func(s *stage) bool {
		return slices.ContainsFunc(s.actions(verb), func(a models.Action) bool { return a.TargetID == "ana" })
	}
}

func offers(offer string) func(*stage) bool {
	return func(s *stage) bool {
		return slices.ContainsFunc(s.decisions(), func(d models.Decision) bool {
			return d.SpeakerID == "ana" && d.Ask == models.AskOpen && slices.Contains(d.Offer, offer)
		})
	}
}

func titled(title string) func(*stage) bool {
	return func(s *stage) bool {
		return slices.ContainsFunc(s.flags(), func(f models.Flag) bool {
			return strings.HasPrefix(f.Title, title) && len(f.Title) > len("It: ")
		})
	}
}

func options() map[string]option {
	message := func(verb models.Verb, text string) func(*stage) bool {
		return func(s *stage) bool {
			return slices.ContainsFunc(s.actions(verb), func(a models.Action) bool { return a.Text == text })
		}
	}
	marked := func(s *stage) { s.say("ana", "excuse me please") }
	return map[string]option{
		"title with match":   {rule: `then: [flag: {title: "It: {{match}}"}]`, done: titled("It: ")},
		"title with speaker": {rule: `then: [flag: {title: "{{speaker}} it was"}]`, done: titled("Ana it was")},
		"title":              {rule: `then: [flag: {title: "Plain"}]`, done: titled("Plain")},
		"level": {
			rule: `then: [flag: {level: high}]`,
			done: func(s *stage) bool { return s.flags()[0].Level == models.LevelHigh },
		},
		"clip": {rule: `then: [flag: {clip: {before: 1234ms}}]`, done: func(s *stage) bool {
			clips := of(s, func(o Outcome) []ClipRequest { return o.Clips }, func(c ClipRequest) string { return c.Flag })
			return slices.ContainsFunc(clips, func(c ClipRequest) bool { return c.BeforeMS == 1234 })
		}},
		"nudge": {
			rule: `then: [nudge: {text: "Hi {{speaker}}"}]`,
			done: func(s *stage) bool { return toAna(models.VerbNudge)(s) && message(models.VerbNudge, "Hi Ana")(s) },
		},
		"nudge with match":    {rule: `then: [nudge: {text: "Hi {{match}}"}]`, done: message(models.VerbNudge, "Hi buy now")},
		"nudge the room":      {rule: `then: [nudge: {to: room, text: Hi}]`, done: message(models.VerbMessage, "Hi")},
		"speaker to the room": {rule: `then: [nudge: {to: room, text: "Hi {{speaker}}"}]`, done: message(models.VerbMessage, "Hi Ana")},
		"tell":                {rule: `then: [tell: {who: host, text: Hi}]`, done: message(models.VerbTell, "Hi")},
		"tell of speaker": {
			rule: `then: [tell: {webhook: mods, text: "Hi {{speaker}}"}]`,
			done: message(models.VerbTell, "Hi Ana"),
		},
		"tell with match": {
			rule: `then: [tell: {webhook: mods, text: "Hi {{match}}"}]`,
			done: message(models.VerbTell, "Hi buy now"),
		},
		"warn":        {rule: `then: [warn: {via: private}]`, done: toAna(models.VerbWarn)},
		"mute":        {rule: `then: [mute: {for: 20s}]`, done: toAna(models.VerbMute)},
		"to_audience": {rule: `then: [to_audience: {for: 1m}]`, done: toAna(models.VerbToAudience)},
		"remove":      {rule: `then: [remove: {}]`, head: "automatic: [remove]", done: offers("remove")},
		"ban": {
			rule: "automatic: yes\n    then: [ban: {for: 1h}]", head: "automatic: [ban]",
			done: toAna(models.VerbBan),
		},
		"listen only": {
			rule: `then: [newcomers_listen_only: {}]`,
			done: func(s *stage) bool { return len(s.actions(models.VerbNewcomersListen)) > 0 },
		},
		"redact": {rule: `then: [redact: {text: yes}]`, done: func(s *stage) bool {
			all := of(s, func(o Outcome) []Redaction { return o.Redactions }, func(r Redaction) string { return r.Flag })
			return slices.ContainsFunc(all, func(r Redaction) bool { return r.Utterance.Seq > 0 && len(r.Words) > 0 })
		}},
		"offer mute": {rule: `then: [ask: {offer: [mute 60s]}]`, done: offers("mute 60s")},
		"offer warn": {rule: `then: [ask: {offer: [warn]}]`, done: offers("warn")},
		"offer redact": {
			rule: `then: [ask: {offer: [redact]}]`,
			done: func(s *stage) bool { return offers("redact")(s) && len(s.decisions()[0].Matched) > 0 },
		},
		"offer listen only": {rule: `then: [ask: {offer: [newcomers_listen_only]}]`, done: func(s *stage) bool {
			return slices.ContainsFunc(s.decisions(), func(d models.Decision) bool { return slices.Contains(d.Offer, "newcomers_listen_only") })
		}},
		"points": {rule: `then: [add: {to: own, points: 2}]`, done: func(s *stage) bool { return s.points("ana") }},
		"points of the room": {
			rule: `then: [add: {to: all, points: 2}]`,
			done: func(s *stage) bool { return s.points(s.ledgers.Owner("all", "ana")) },
		},
		"mode": {rule: `mode: watch`, done: func(s *stage) bool { return s.flags()[0].Mode == models.ModeWatch }},
		"partial": {
			rule: `on: {partial: arm}`,
			done: func(s *stage) bool { return slices.ContainsFunc(s.arms, func(r RuleInfo) bool { return r.ID == "a" }) },
		},
		"trust": {
			rule: `trust: {word_p: 0.95}`,
			done: func(s *stage) bool { return s.flags()[0].Mode == models.ModeWatch },
		},
		"second look": {rule: `second_look: {model: small.en}`, done: func(s *stage) bool {
			return len(of(s, func(o Outcome) []LookRequest { return o.Looks }, func(l LookRequest) string { return l.Flag })) > 0
		}},
		"span": {rule: `span: {last: 30s, gap: 10s}`, apart: true, done: func(*stage) bool { return true }},
		"at most": {rule: `at_most: {once_per: 10m}`, twice: true, done: func(s *stage) bool {
			fs := s.flags()
			return len(fs) == 1 || fs[0].Mode == models.ModeAct && fs[len(fs)-1].Mode == models.ModeWatch
		}},
		"for": {
			rule: `for: 4s`, then: func(s *stage) { s.talk("ana", 10) },
			done: func(s *stage) bool { return s.flags()[0].StartMS >= 5000 },
		},
		"unless the role":          {rule: `unless: {role: guest}`},
		"unless the speaker":       {rule: `unless: {speaker: ana}`},
		"unless an if of people":   {rule: `unless: {if: "'guest' in roles"}`},
		"unless an if of lines":    {rule: `unless: {if: "words[0] == 'excuse'"}`},
		"unless it is said":        {rule: `unless: {says: {phrase: excuse me}}`},
		"unless it was said":       {rule: `unless: {said: {phrase: excuse me, last: 5m}}`, first: marked},
		"unless anybody said it":   {rule: `unless: {said: {phrase: excuse me, last: 5m, by: room}}`, first: marked},
		"unless present":           {rule: `unless: {present: {role: guest}}`},
		"unless absent":            {rule: `unless: {absent: {role: keynote}}`},
		"unless the time":          {rule: `unless: {at: {days: mon}}`},
		"unless quiet people":      {rule: `unless: {none: [{present: {role: keynote}}]}`},
		"unless points":            {rule: `unless: {ledger: {own: ">=1"}}`, first: func(s *stage) { s.say("ana", "gosh") }},
		"unless the room's points": {rule: `unless: {ledger: {all: ">=1"}}`, first: func(s *stage) { s.say("ana", "gosh") }},
		"unless many joined": {
			rule:  `unless: {room: {joins: ">=1", within: 1h}}`,
			first: func(s *stage) { s.event("ben", models.RoomJoin) },
		},
	}
}

// TestOptionsOfRules combines every option with every kind of rule: it has its effect, or the file is refused, with what to write
// instead.
func TestOptionsOfRules(t *testing.T) {
	refused := map[string][]string{}
	for name, k := range kinds() {
		for title, o := range options() {
			set, err := inMemory(t, map[string]string{"main.yaml": k.file(o)})
			switch {
			case err != nil && strings.Contains(err.Error(), ": "):
				refused[title] = append(refused[title], name)
			case err != nil:
				t.Errorf("%s in %s: %v", title, name, err)
			case !k.works(set, o):
				t.Errorf("%s in %s loads, and has no effect:\n%s", title, name, k.file(o))
			}
		}
	}
	var got strings.Builder
	for _, title := range slices.Sorted(maps.Keys(refused)) {
		slices.Sort(refused[title])
		fmt.Fprintf(&got, "%s is refused in:\n  %s\n", title, strings.Join(refused[title], ", "))
	}
	want, err := os.ReadFile("testdata/options.txt")
	if err != nil || got.String() != string(want) {
		t.Errorf("testdata/options.txt: %v; refused is now\n%s", err, &got)
	}
}
