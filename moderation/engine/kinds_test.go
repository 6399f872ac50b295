//go:build !race

package engine

import (
	"fmt"
	"strings"

	"earshot/models"
)

// kind is a kind of rule: its condition, and what makes it hold for Ana.
type kind struct {
	when, head   string
	before, play func(s *stage)
	// apart says it in two lines, which a span joins.
	apart []string
}

// kinds are all kinds of rules. In each, ana says "excuse me" whenever she says anything.
func kinds() map[string]kind {
	says := func(text string) func(*stage) { return func(s *stage) { s.say("ana", text) } }
	voiced := func(o *models.Observation, second models.Span) { o.Voiced = []models.Span{second} }
	sound := func(o *models.Observation, second models.Span) {
		o.Sound = &models.Sound{Span: second, LevelDBFS: -3, Clipped: 0.2, Music: 0.9, Noise: 0.9}
	}
	newcomers := "people: {newcomer: {until: {in_room: 2h}}}"
	hello, monologue := says("excuse me hello there everybody"), func(s *stage) { s.talk("ana", 40) }
	return map[string]kind{
		"says": {when: `{says: {phrase: buy now}}`, play: says("excuse me buy now"), apart: []string{"excuse me buy", "now"}},
		"says a word": {
			when: `{says: {words: w}}`, head: "words: {w: [buy now]}",
			play: says("excuse me buy now"), apart: []string{"excuse me buy", "now"},
		},
		"says either": {
			when: `{any: [{says: {phrase: buy now}}, {says: {pattern: "sell (it )?now"}}]}`,
			play: says("excuse me sell now"), apart: []string{"excuse me sell", "now"},
		},
		"means": {
			when: `{all: [{means: {insult: ">=0.9"}}, {newcomer: true}]}`, head: newcomers,
			play:  says("excuse me you are the dumbest idiot i have ever met"),
			apart: []string{"excuse me you are the dumbest", "idiot i have ever met"},
		},
		"reveals": {
			when:  `{reveals: [email]}`,
			play:  says("excuse me my mail is john dot smith at gmail dot com"),
			apart: []string{"excuse me my mail is john dot smith", "at gmail dot com"},
		},
		"repeats": {
			when: `{repeats: {times: 2, within: 60s}}`,
			play: func(s *stage) { s.say("ana", "excuse me visit my page"); s.say("ana", "excuse me visit my page") },
		},
		"if a line":   {when: `{if: "size(words) > 3"}`, play: hello},
		"if a person": {when: `{if: "'guest' in roles"}`, play: hello},
		"role":        {when: `{role: guest}`, play: hello},
		"speaker":     {when: `{speaker: [ana]}`, play: hello},
		"newcomer":    {when: `{newcomer: true}`, head: newcomers, play: hello},
		"said":        {when: `{said: {phrase: hello there, last: 5m}}`, play: hello},
		"present":     {when: `{present: {role: guest}}`, play: hello},
		"absent":      {when: `{absent: {role: keynote}}`, play: hello},
		"at":          {when: `{at: {hours: "11:00-13:00"}}`, play: hello},
		"none":        {when: `{none: [{says: {phrase: buy now}}]}`, play: hello},
		"reported": {
			when: `{all: [{says: {phrase: buy now}}, {reported_speech: true}]}`,
			play: says("excuse me he said buy now"), apart: []string{"excuse me he said buy", "now"},
		},
		"share": {when: `{floor: {share_over: 60%, of: 30s, min_speakers: 1}}`, play: monologue},
		"turn":  {when: `{floor: {turn_over: 20s}}`, play: monologue},
		"every": {when: `{floor: {every: 1m}}`, play: func(s *stage) { s.talk("ana", 5); s.wait(5); s.talk("ana", 8) }},
		"interruptions": {when: `{floor: {interruptions: ">=1", within: 1m}}`, play: func(s *stage) {
			s.talk("ben", 5)
			from := s.now
			s.each(6, "ana", voiced)
			s.take(s.Observe(models.Observation{AtMS: s.now, SpeakerID: "ben", Voiced: []models.Span{{StartMS: from, EndMS: from + 1500}}}))
			s.talk("ana", 3)
		}},
		"overlap": {when: `{floor: {overlap: 30%, of: 30s}}`, play: func(s *stage) {
			from := s.now
			s.talk("ben", 15)
			s.take(s.Observe(models.Observation{AtMS: s.now, SpeakerID: "ana", Voiced: []models.Span{{StartMS: from, EndMS: s.now}}}))
			s.talk("ana", 6)
		}},
		"heard": {when: `{heard: {loudness_above: -9dBFS, for: 3s}}`, play: func(s *stage) { s.each(12, "ana", sound) }},
		"music": {when: `{heard: {music: ">70%", noise: ">70%", clipped: ">5%"}}`, play: func(s *stage) { s.each(12, "ana", sound) }},
		"language": {when: `{spoken_language: {not_in: [en]}}`, head: "languages: {vote_over: 5s}", play: func(s *stage) {
			s.each(12, "ana", func(o *models.Observation, _ models.Span) {
				o.Language = &models.LanguageVote{Code: "fr", P: 1, VoicedMS: 1000}
			})
		}},
		"newcomer talks": {when: `{newcomer: talks}`, head: newcomers, play: monologue},
		"not said":       {when: `{not_said: {phrase: not advice, within: 10s, of: turn}}`, play: monologue},
		"joins": {when: `{room: {joins: ">=2"}}`, play: func(s *stage) {
			s.event("ben", models.RoomJoin)
			s.event("cleo", models.RoomJoin)
			s.wait(12)
		}},
		"silence": {when: `{room: {silence: 20s}}`, play: func(s *stage) { s.talk("ana", 2); s.wait(40) }},
		"flags":   {when: `{room: {flags: ">=1"}}`, head: strikes, play: func(s *stage) { s.say("ana", "excuse me darn"); s.wait(12) }},
		"ledger":  {when: `{ledger: {c: ">=3"}}`, head: strikes, play: says("excuse me darn")},
		"words, points": {
			when: `{all: [{says: {phrase: buy now}}, {ledger: {c: ">=3"}}]}`, head: strikes, before: says("excuse me darn"),
			play: says("excuse me buy now"), apart: []string{"excuse me buy", "now"},
		},
		"words or floor, by words": {
			when: `{any: [{says: {phrase: buy now}}, {floor: {turn_over: 20s}}]}`,
			play: says("excuse me buy now"), apart: []string{"excuse me buy", "now"},
		},
		"words in a turn": {
			when: `{all: [{says: {phrase: buy now}}, {floor: {turn_over: 20s}}]}`, before: monologue,
			play: says("excuse me buy now"), apart: []string{"excuse me buy", "now"},
		},
		"words in silence": {
			when: `{all: [{says: {phrase: buy now}}, {room: {joins: ">=1"}}]}`, before: func(s *stage) { s.event("ben", models.RoomJoin) },
			play: says("excuse me buy now"), apart: []string{"excuse me buy", "now"},
		},
	}
}

// strikes adds a rule that gives points.
const strikes = "ledger: {c: {}}"

// file is a file with a rule of the kind.
func (k kind) file(o option) string {
	const ledger = "ledger: {c: {}, own: {}, all: {per: room}}\n"
	head, then := o.head+"\n"+k.head, "    then: [flag: {}]\n"
	head = strings.ReplaceAll(head, strikes, "")
	if strings.Contains(o.rule, "then:") {
		then = ""
	}
	return fmt.Sprintf("schema: 1\nmode: act\n%s\n%srules:\n"+
		"  - {id: b, when: {says: {phrase: darn}}, then: [flag: {}, add: {to: c, points: 3}]}\n"+
		"  - {id: g, when: {says: {phrase: gosh}}, then: [flag: {}, add: {to: own, points: 1}, add: {to: all, points: 1}]}\n"+
		"  - id: a\n    when: %s\n    %s\n%s", head, ledger, k.when, o.rule, then)
}

// works reports whether the option has its effect in the kind of rule.
func (k kind) works(set *Set, o option) bool {
	s := &stage{Session: NewSession(set, models.Session{ID: "s", Started: monday}), p: 0.9}
	for _, who := range []string{"ana", "ben", "cleo"} {
		s.Person(models.Speaker{ID: who, Name: strings.ToUpper(who[:1]) + who[1:], Role: models.RoleGuest})
	}
	s.wait(1)
	if o.first != nil {
		o.first(s)
	}
	s.outs, s.arms = nil, nil
	if k.before != nil {
		k.before(s)
	}
	switch {
	case o.apart && len(k.apart) == 0:
		return false
	case o.apart:
		for _, text := range k.apart {
			s.say("ana", text)
		}
	default:
		k.play(s)
	}
	if o.twice {
		s.wait(30)
		k.play(s)
	}
	if o.then != nil {
		o.then(s)
	}
	if o.done == nil { // an exception
		return len(s.flags()) == 0
	}
	return len(s.flags()) > 0 && o.done(s)
}
