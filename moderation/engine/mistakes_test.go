//go:build !race

package engine

import (
	"strings"
	"testing"
)

// ruleOf is a file with one rule; parts are its when:, then further lines of the file, of the rule (indented), or checks.
func ruleOf(when string, parts ...string) string {
	head, rule, rest := "", "", ""
	for _, p := range parts {
		switch {
		case strings.HasPrefix(p, "    "):
			rule += p + "\n"
		case strings.HasPrefix(p, "checks:"):
			rest += p + "\n"
		default:
			head += p + "\n"
		}
	}
	if !strings.Contains(rule, "then:") {
		rule += "    then: [flag: {}]\n"
	}
	return "schema: 1\n" + head + "rules:\n  - id: a\n    when: " + when + "\n" + rule + rest
}

// TestMistakesAreRefused loads files that can't work as their host intends. Each is refused, with what to write instead.
func TestMistakesAreRefused(t *testing.T) {
	const (
		says  = "{says: {phrase: buy now}}"
		floor = "{floor: {turn_over: 2m}}"
		room  = `{room: {joins: ">=9"}}`
	)
	newcomers := "people: {newcomer: {until: {in_room: 10m}}}"
	scene := func(events string) string { return "checks: [{scene: [" + events + "], expect: {a: none}}]" }
	for name, c := range map[string]struct{ text, want string }{
		"share of too much": {ruleOf(`{floor: {share_over: 150%}}`), `share_over must be between 0% and 100%`},
		"share compared": {
			ruleOf(`{floor: {share_over: ">60%"}}`),
			`share_over must be a number, not ">60%": write 60%`,
		},
		"share compared, too much": {ruleOf(`{floor: {share_over: ">150%"}}`), `share_over must be a number, not ">150%"`},
		"share in quotes": {
			ruleOf(`{floor: {share_over: "60%"}}`),
			`share_over must be a number, not text: write 60% without quotes`,
		},
		"share without percent":   {ruleOf(`{floor: {share_over: 60}}`), `share_over must be between 0 and 1: write 60%`},
		"similar without percent": {ruleOf(`{repeats: {similar: 90}}`), `similar must be between 0.5 and 1: write 90%`},
		"more than everything":    {ruleOf(`{floor: {share_over: 100%}}`), `share_over: nobody has more than 100%`},
		"overlap of everything":   {ruleOf(`{floor: {overlap: 100%}}`), `overlap: nobody has more than 100%`},
		"two windows": {
			ruleOf(`{floor: {share_over: 50%, of: 5m, within: 3m}}`),
			`of: and within: are the same: write one of them`,
		},
		"turn too long":  {ruleOf(`{floor: {turn_over: 90m}}`), `turn_over may be at most 59m59s`},
		"every too long": {ruleOf(`{floor: {every: 2h}}`), `every may be at most 1h`},
		"gap of no turn": {ruleOf(`{floor: {share_over: 50%, gap: 5s}}`), `gap: belongs to turn_over: and every:`},
		"window of a turn": {
			ruleOf(`{floor: {turn_over: 2m, of: 5m}}`),
			`of: (or within:) belongs to share_over:, overlap: and interruptions:`,
		},
		"speakers of a turn": {ruleOf(`{floor: {turn_over: 2m, min_speakers: 3}}`), `min_speakers: belongs to share_over:`},
		"always interrupts": {
			ruleOf(`{floor: {interruptions: ">=0"}}`),
			`interruptions is a number from 0 on, so ">=0" always or never holds`,
		},
		"fewer than none":  {ruleOf(`{room: {joins: "<0"}}`), `joins is a number from 0 on, so "<0" always or never holds`},
		"a share of joins": {ruleOf(`{room: {joins: ">5%"}}`), `joins is a number, not a share: write ">5"`},
		"always has points": {
			ruleOf(`{ledger: {c: ">=0"}}`, "ledger: {c: {}}"),
			`ledger.c is a number from 0 on, so ">=0" always or never holds`,
		},
		"any music":            {ruleOf(`{heard: {music: ">=0%"}}`), `so ">=0%" always or never holds`},
		"louder than possible": {ruleOf(`{heard: {loudness_above: 0dBFS}}`), `nothing is louder than 0dBFS`},
		"window of silence": {
			ruleOf(`{room: {silence: 3m, within: 60s}}`),
			`within: belongs to joins:, and_unmutes: and flags:`,
		},
		"two ways to expire": {
			ruleOf(`{ledger: {c: ">=3"}}`, "ledger: {c: {each: 180d, fade: 1/week}}"),
			`each: and fade: are two ways for points to expire: write one of them`,
		},
		"too long": {ruleOf(`{ledger: {c: ">=3"}}`, "ledger: {c: {each: 400d}}"), `each may be at most 366d, not "400d"`},
		"newcomers without end": {
			ruleOf(`{newcomer: true}`, "people: {newcomer: {until: {}}}"),
			`until is empty: give in_room:, clean_speech: or both`,
		},
		"neither new nor not": {ruleOf(`{newcomer: old}`, newcomers), `newcomer must be true, false or talks, not "old"`},
		"condition of a rule": {
			ruleOf(says, `    if: "size(words) > 3"`),
			`unknown key "if": it is a condition: put it under when: or unless:`,
		},
		"verb of a rule": {ruleOf(says, `    mute: {for: 60s}`), `unknown key "mute": it is a step: put it under then:`},
		"verb without braces": {
			ruleOf(says, `    then: [mute]`),
			`a step of then must be a mapping (key: value), not text: write mute: {}`,
		},
		"says without a kind": {
			ruleOf(`{says: hello there}`),
			`says must be a mapping (key: value), not text: write {phrase: hello there}`,
		},
		"present without a key": {ruleOf(`{present: host}`), `not text: write {role: host}`},
		"exempt without a key":  {ruleOf(says, "exempt: [host]"), `not text: write {role: host}`},
		"two asks": {
			ruleOf(says, `    then: [ask: {offer: [warn]}, ask: {}]`),
			`one ask per rule is enough: there are 2`,
		},
		"minutes in CEL":           {ruleOf(`{if: "talk_ms > 5m"}`), `times are in ms: write 300000`},
		"a language's name in CEL": {ruleOf(`{if: "language == 'english'"}`), `"english" is not a language code: write en`},
		"reported beside floor":    {ruleOf(floor, `    unless: {reported_speech: true}`), `unless: looks at a line`},
		"words beside the floor": {
			ruleOf(floor, `    then: [redact: {text: true}]`),
			`redact has no effect, because when: holds while no line is judged`,
		},
		"redact offered beside the floor": {ruleOf(floor, `    then: [ask: {offer: [redact]}]`), `redact has no effect`},
		"second look at no line": {
			ruleOf(floor, `    second_look: {model: small.en}`),
			`second_look: has no effect`,
		},
		"unfinished lines of the floor": {ruleOf(floor, `    on: {partial: arm}`), `on: {partial: arm} has no effect`},
		"trust in the floor":            {ruleOf(floor, `    trust: {word_p: 0.9}`), `trust: has no effect`},
		"a clip of no line": {
			ruleOf(floor, `    then: [flag: {clip: {before: 3s}}]`),
			`flag: {clip: …} has no effect`,
		},
		"words in the floor's title": {
			ruleOf(floor, `    then: [flag: {title: "Long: {{match}}"}]`),
			`{{match}} stays empty`,
		},
		"words of a role": {
			ruleOf(`{role: host}`, `    then: [flag: {title: "Host: {{match}}"}]`),
			`{{match}} stays empty`,
		},
		"words that were not said": {
			ruleOf(`{none: [`+says+`]}`, `    then: [flag: {title: "No {{match}}"}]`),
			`{{match}} stays empty`,
		},
		"words in a message": {
			ruleOf(says, `    then: [nudge: {text: "Don't say {{match}}"}]`),
			`{{match}} is for the title of a flag: messages do not repeat what was said; {{speaker}} is known`,
		},
		"speaker of a room": {
			ruleOf(room, `    then: [tell: {who: host, text: "{{speaker}} is silent"}]`),
			`{{speaker}} stays empty`,
		},
		"speaker in a room's title": {
			ruleOf(room, `    then: [flag: {title: "{{speaker}} joins"}]`),
			`{{speaker}} stays empty`,
		},
		"nobody to mute": {
			ruleOf(room, `    then: [mute: {for: 20s}]`),
			`mute has no effect, because room: concerns no particular person`,
		},
		"nobody to nudge": {
			ruleOf(room, `    then: [nudge: {}]`),
			`nudge has no effect, because room: concerns no particular person: write to: room`,
		},
		"nobody to offer": {ruleOf(room, `    then: [ask: {offer: [mute 60s]}]`), `mute has no effect`},
		"nobody to warn": {
			ruleOf(room, `    then: [ask: {offer: [warn]}]`),
			`warn has no effect, because room: concerns no particular person: write a step`,
		},
		"nobody's points": {
			ruleOf(room, "ledger: {c: {}}", `    then: [add: {to: c, points: 1}]`),
			`add to a ledger with per: room`,
		},
		"no points": {
			ruleOf(says, "ledger: {c: {}}", `    then: [add: {to: c, points: 0}]`),
			`add: 0 points have no effect`,
		},
		"nothing redacted": {
			ruleOf(says, `    then: [redact: {text: no}]`),
			`redact: nothing is redacted: write text: yes`,
		},
		"private to a room": {
			ruleOf(says, `    then: [nudge: {to: room, via: private}]`),
			`via: private reaches one person`,
		},
		"silent but for words": {
			ruleOf(`{all: [` + floor + `, {none: [` + says + `]}]}`),
			`none: looks at a line, but the rest of when: holds while there is no line`,
		},
		"points, unless said": {
			ruleOf(`{ledger: {c: ">=3"}}`, "ledger: {c: {}}", `    unless: `+says),
			`unless: looks at a line, but when: holds while there is no line`,
		},
		"more than all music": {
			ruleOf(`{heard: {music: ">150%"}}`),
			`so ">150%" always or never holds: write a share such as ">70%"`,
		},
		"music without percent": {ruleOf(`{heard: {music: ">70"}}`), `write ">70%"`},
		"a share of times": {
			ruleOf(`{repeats: {times: 300%}}`),
			`times must be a number between 2 and 50, not a share: write it without %`,
		},
		"a share of points": {
			ruleOf(says, "ledger: {c: {}}", `    then: [add: {to: c, points: 50%}]`),
			`points must be a number between 0 and 1000, not a share`,
		},
		"gap in one word":  {ruleOf(`{says: {phrase: scam, gap: 2}}`), `gap: none of the phrases has two words`},
		"near short words": {ruleOf(`{says: {phrase: cat, how: near}}`), `how: near finds words from 6 letters on`},
		"except for all":   {ruleOf(`{says: {phrase: buy now, except: buy now}}`), `"buy now" is the phrase itself`},
		"except for nothing": {
			ruleOf(`{says: {phrase: buy now, except: sell later}}`),
			`"sell later" has no word of any phrase`,
		},
		"a pattern as a phrase": {
			ruleOf(`{says: {phrase: "(buy|sell) now"}}`),
			`a phrase is words as they are spoken; write a pattern:`,
		},
		"an address as a phrase": {ruleOf(`{says: {phrase: "http://evil.example"}}`), `"://" is not said`},
		"share of nothing":       {ruleOf(`{floor: {share_over: 0%}}`), `share_over: 0% holds for everybody who talks`},
		"share of a moment":      {ruleOf(`{floor: {share_over: 60%, of: 2s}}`), `of: must be 5s at least`},
		"countless interruptions": {
			ruleOf(`{floor: {interruptions: ">=1000", within: 1m}}`),
			`nobody interrupts more than 20 times within that time`,
		},
		"an unknown language code": {ruleOf(`{spoken_language: {not_in: [jp]}}`), `"jp" is not a language code`},
		"any language": {
			ruleOf(`{spoken_language: {not_in: [en], sure: 0}}`),
			`sure: 0 holds whatever is spoken`,
		},
		"no ledger": {ruleOf(`{ledger: {}}`, "ledger: {c: {}}"), `ledger: is empty`},
		"missing in an endless turn": {
			ruleOf(`{not_said: {phrase: hi there, within: 2h, of: turn}}`),
			`not_said: a turn is followed for less than 60m`,
		},
		"an expression of nothing": {ruleOf(`{if: "1 > 0"}`), `the expression looks at nothing`},
		"capitals in an expression": {
			ruleOf(`{if: "text.contains('Buy Now')"}`),
			`read in lower case and without signs: write "buy now"`,
		},
		"signs in an expression": {ruleOf(`{if: "'Hello!' in words"}`), `write "hello"`},
		"languages in an expression": {
			ruleOf(`{if: "language in ['english']"}`),
			`"english" is not a language code: write en`,
		},
		"newcomers in an expression": {ruleOf(`{if: "newcomer && size(words) > 3"}`), `no file defines who is new`},
		"two speakers at once":       {ruleOf(`{all: [{speaker: a}, {speaker: b}]}`), `the rule can never flag anything`},
		"two days at once": {
			ruleOf(`{all: [` + says + `, {at: {days: mon}}, {at: {days: tue}}]}`),
			`the rule can never flag anything`,
		},
		"many and few points": {
			ruleOf(`{all: [{ledger: {c: ">=5"}}, {ledger: {c: "<3"}}]}`, "ledger: {c: {}}"),
			`the rule can never flag anything`,
		},
		"said in silence": {ruleOf(`{all: [{room: {silence: 3m}}, ` + says + `]}`), `the rule can never flag anything`},
		"talk in silence": {ruleOf(`{all: [{room: {silence: 3m}}, ` + floor + `]}`), `the rule can never flag anything`},
		"new and not new": {
			ruleOf(`{all: [{newcomer: true}, {newcomer: false}]}`, newcomers),
			`the rule can never flag anything`,
		},
		"excused by less": {ruleOf(floor, `    unless: {floor: {turn_over: 1m}}`), `the rule can never flag anything`},
		"excused by doubt": {
			ruleOf(`{means: {hate: ">=0.9"}}`, `    unless: {means: {hate: ">=0.5"}}`),
			`the rule can never flag anything`,
		},
		"a high floor": {
			ruleOf(says, "trust: {floor: {word_p: 0.9}}"),
			`floor: word_p: 0.9 is more than final: has (0.6)`,
		},
		"two messages": {
			ruleOf(says, `    then: [nudge: {text: a}, nudge: {to: room}]`),
			`nudge is listed twice in then:`,
		},
		"points twice": {
			ruleOf(says, "ledger: {c: {}}", `    then: [add: {to: c, points: 1}, add: {to: c, points: 2}]`),
			`add to c is listed twice in then:`,
		},
		"a long message": {
			ruleOf(says, `    then: [nudge: {text: "`+strings.Repeat("x", 201)+`"}]`),
			`at most 200 characters, not 201`,
		},
		"too few braces": {
			ruleOf(says, `    then: [flag: {title: "Said {match}"}]`),
			`{match} is not filled in: write {{match}}`,
		},
		"braces of a shell": {
			ruleOf(says, `    then: [flag: {title: "Said ${speaker}"}]`),
			`{speaker} is not filled in: write {{speaker}}`,
		},
		"excused by everybody": {
			ruleOf(`{all: [{role: host}, `+says+`]}`, `    unless: {role: [host, guest]}`),
			`the rule can never flag anything`,
		},
		"excused by more": {
			ruleOf(says, `    unless: {says: {phrase: [buy now, sell now]}}`),
			`the rule can never flag anything`,
		},
		"scene backwards": {
			ruleOf(says, scene(`{say: hi there, at: 60s}, {say: buy now, at: 5s}`)),
			`at: 5s is over when this begins: events are played in their order`,
		},
		"scene after a wait": {
			ruleOf(says, scene(`{wait: 60s}, {say: buy now, at: 5s}`)),
			`at: 5s is over when this begins`,
		},
		"lines backwards": {
			ruleOf(says, "checks: [{say: [{text: hi, at: 10s}, {text: buy now, at: 2s}], expect: none}]"),
			`at: 2s is over when this is said`,
		},
		"say with for":    {ruleOf(says, scene(`{say: buy now, for: 5s}`)), `for: does not belong to say:`},
		"talk with level": {ruleOf(says, scene(`{talk: ana, for: 5s, level: -3dBFS}`)), `level: does not belong to talk:`},
		"sound of nothing": {
			ruleOf(says, scene(`{sound: ana, for: 5s}`)),
			`sound: needs at least one of level, clipped, music, noise`,
		},
		"language by name": {
			ruleOf(says, scene(`{language: ana, code: english, for: 30s}`)),
			`"english" is not a language code: write en`,
		},
		"start of a line": {
			ruleOf(says, `checks: [{start: "sat 22:00", say: buy now, expect: none}]`),
			`start: belongs to scene:`,
		},
		"role of a scene": {
			ruleOf(says, `checks: [{by: host, scene: [{say: buy now}], expect: {a: suggest}}]`),
			`by: belongs to say: and wav:`,
		},
		"nothing expected": {ruleOf(says, `checks: [{say: buy now, expect: {}}]`), `expect: is empty`},
		"leaves before": {
			ruleOf(says, scene(`{leave: ana}`)),
			`ana cannot leave: nothing before this says that they are there`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inMemory(t, map[string]string{"main.yaml": c.text})
			if err == nil {
				t.Fatalf("loaded:\n%s", c.text)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%s\nwant …%s", err, c.want)
			}
		})
	}
}

// TestOrdinaryWordsLoad loads files that resemble those mistakes but work.
func TestOrdinaryWordsLoad(t *testing.T) {
	for _, text := range []string{
		ruleOf(`{floor: {share_over: 0.6, turn_over: 2m, gap: 5s, within: 5m, min_speakers: 3}}`),
		ruleOf(`{floor: {interruptions: 1, overlap: 0%, every: 60m}}`),
		ruleOf(`{heard: {music: ">=100%", noise: "<=0%", clipped: 5%, loudness_above: -1dBFS}}`),
		ruleOf(`{room: {silence: 3m, flags: ">=3", within: 5m}}`),
		ruleOf(`{all: [{says: {phrase: hi}}, {ledger: {c: "<=0"}}]}`, "ledger: {c: {each: 366d, reset: yearly}}"),
		ruleOf(`{all: [{role: [host, guest]}, {says: {phrase: [a b, c d]}}]}`, `    unless: {any: [{role: host}, {says: {phrase: a b}}]}`),
		ruleOf(`{says: {phrase: hi}}`, `checks: [{scene: [{talk: a, for: 2m}, {talk: b, at: 20s, for: 1s}, {say: hi, at: 10s}, {say: hi, at: `+
			`10s}], `+
			`expect: {a: suggest}}]`),
		ruleOf(
			`{says: {phrase: hi}}`,
			`checks: [{scene: [{say: hi, at: 9m}, {session: next, after: 1d}, {say: hi, at: 5s}], expect: {a: suggest}}]`,
		),
		ruleOf(`{if: "language == 'en' && talk_ms > 300000"}`),
		ruleOf(`{if: "text.contains(' or ') || text.matches('[A-Z]?buy') || language in ['en', 'id']"}`),
		ruleOf(`{says: {phrase: ["is it ok?", "no, no", "50% off", "a/b test"], except: ["yes, it is"]}}`),
		ruleOf(`{all: [{ledger: {c: ">=5"}}, {ledger: {c: "<6"}}, {role: host}, {role: guest}]}`, "ledger: {c: {}}"),
		ruleOf(
			`{all: [{means: {hate: ">=0.9", words: 3}}, {at: {days: [mon, tue]}}, {at: {days: [tue]}}]}`,
			`    unless: {means: {hate: ">=0.95"}}`,
		),
	} {
		mustLoad(t, text)
	}
}
