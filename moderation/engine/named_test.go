//go:build !race

package engine

import (
	"strings"
	"testing"

	"earshot/models"
)

const heldRules = `schema: 1
mode: act
people: {chair: [cat]}
conditions:
  night: {at: {hours: "22:00-06:00"}}
  rude: {any: [{says: {phrase: darn}}, {says: {words: bad}}]}
  rude-at-night: {all: [{condition: night}, {condition: rude}]}
  no-host: {absent: {role: host}}
words: {bad: [numpty]}
rules:
  - {id: rude, when: {condition: rude}, unless: {condition: night}, then: [flag: {}]}
  - {id: late, when: {condition: rude-at-night}, then: [flag: {level: low}]}
  - {id: span, when: {all: [{condition: rude}, {says: {phrase: you}}]}, span: {last: 20s}, then: [flag: {}]}
  - {id: left, when: {condition: no-host}, for: 5m, then: [tell: {who: host}]}
  - {id: half, when: {floor: {share_over: 50%, of: 1m, min_speakers: 1}}, for: 30s, then: [nudge: {}]}
  - {id: chair, when: {all: [{role: chair}, {room: {flags: ">=1"}}, {floor: {turn_over: 1s}}]}, for: 10s, then: [nudge: {}]}
checks:
  - {say: "you numpty", expect: {rude: act, late: none}}
  - {say: "you", expect: none}
  - {say: ["darn", "you"], expect: {span: act}}
  - {start: "mon 23:00", scene: [{say: darn}], expect: {rude: none, late: low}}
  - {scene: [{join: a, role: host}, {wait: 4m}], expect: {left: none}}
  - {scene: [{join: a, role: host}, {leave: a, at: 1m}, {wait: 4m}], expect: {left: none}}
  - {scene: [{join: a, role: host}, {leave: a, at: 1m}, {wait: 6m}], expect: {left: act}}
  - scene: [{join: a, role: host}, {leave: a, at: 1m}, {join: a, at: 4m, role: host}, {leave: a, at: 4m30s}, {wait: 4m}]
    expect: {left: none}
  - {scene: [{talk: a, for: 80s}], expect: {half: none}}
  - {scene: [{talk: a, for: 100s}], expect: {half: act}}
`

// TestHeldAndNamed: a named condition is used by several rules, and one with for: has to hold without interruption for that long.
func TestHeldAndNamed(t *testing.T) { holds(t, heldRules) }

// TestNamedConditionsAreInTheHash: the hash of a rule changes with the condition that it names.
func TestNamedConditionsAreInTheHash(t *testing.T) {
	a, b := mustLoad(t, heldRules), mustLoad(t, strings.Replace(heldRules, "phrase: darn", "phrase: blast", 1))
	changed := map[string]bool{}
	for i, r := range a.Rules() {
		changed[r.ID] = r.Hash != b.Rules()[i].Hash
	}
	for rule, want := range map[string]bool{"rude": true, "late": true, "span": true, "left": false, "half": false} {
		if changed[rule] != want {
			t.Errorf("%s: changed %v", rule, changed[rule])
		}
	}
}

// TestNamedConditionOfAUsedFile: a name may come from a file that is used, together with that file's lists.
func TestNamedConditionOfAUsedFile(t *testing.T) {
	set, err := inMemory(t, map[string]string{
		"main.yaml": `schema: 1
use: [base.yaml]
words: {bad: [pillock]}
rules:
  - {id: rude, when: {condition: rude}, then: [flag: {}]}
`,
		"base.yaml": `schema: 1
words: {bad: [numpty]}
conditions: {rude: {says: {words: bad}}}
`,
	})
	if err != nil {
		t.Fatal(err)
	}
	for say, want := range map[string]int{"you numpty": 1, "you pillock": 0} {
		if got := len(NewSession(set, models.Session{}).Judge(exampleLine(say, 1, 0, 1))); got != want {
			t.Errorf("%q: %d flags", say, got)
		}
	}
}

// TestNamedConditionsThatCannotBe: mistakes are reported once, with their place.
func TestNamedConditionsThatCannotBe(t *testing.T) {
	_, err := inMemory(t, map[string]string{"main.yaml": `schema: 1
conditions:
  loop: {any: [{condition: round}, {says: {phrase: x}}]}
  round: {condition: loop}
  self: {none: [{condition: self}]}
  wrong: {says: {words: gone}}
rules:
  - {id: a, when: {condition: wrong}, then: [flag: {}]}
  - {id: b, when: {condition: wrong}, then: [flag: {}]}
  - {id: c, when: {condition: wrogn}, then: [flag: {}]}
  - {id: d, when: {says: {phrase: x}}, for: 5s, then: [flag: {}]}
  - {id: e, when: {absent: {role: host}}, for: 5h, then: [flag: {}]}
`})
	want := `shipped:main.yaml:4: conditions: refer to each other in a cycle through "loop"
shipped:main.yaml:5: conditions: refer to each other in a cycle through "self"
shipped:main.yaml:6: unknown word list "gone"
shipped:main.yaml:10: rule "c": unknown condition "wrogn" (did you mean "wrong"?): define it under conditions:
shipped:main.yaml:11: rule "d": for: needs a condition that lasts, but what is said ` +
		`or what ledgers reach holds only for a moment: remove for:
shipped:main.yaml:12: rule "e": for may be at most 4h, not "5h"`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
