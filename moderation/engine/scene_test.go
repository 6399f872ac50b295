//go:build !race

package engine

import "testing"

const sceneRules = `schema: 1
mode: act
people: {newcomer: {until: {in_room: 10m}}}
ledger:
  week: {fade: 1/week}
  half: {each: 180d}
  year: {reset: yearly}
  heat: {per: room, across: this_session}
languages: {allowed: [en], vote_over: 20s}
rules:
  - {id: bad, when: {says: {phrase: darn}}, then: [flag: {}, warn: {}, add: {to: week, points: 1}, add: {to: heat, points: 1}]}
  - {id: three, when: {ledger: {week: ">=3"}}, then: [mute: {for: 10m}]}
  - {id: hot, when: {ledger: {heat: ">=4"}}, then: [tell: {who: host}]}
  - {id: asked, when: {says: {phrase: blast}}, then: [ask: {offer: [warn]}, add: {to: half, points: 1}]}
  - {id: two, when: {ledger: {half: ">=2"}}, then: [flag: {}]}
  - {id: begs, when: {says: {phrase: give me mod}}, then: [flag: {}, add: {to: year, points: 1}]}
  - {id: yearly, when: {ledger: {year: ">=2"}}, then: [flag: {}]}
  - {id: long, when: {floor: {turn_over: 2m}}, then: [nudge: {}]}
  - {id: patient, when: {floor: {turn_over: 2m, gap: 10s}}, then: [nudge: {}]}
  - {id: few, when: {all: [{floor: {turn_over: 30s}}, {if: "!('host' in roles) && talk_ms > 30000"}]}, then: [nudge: {}]}
  - {id: loud, when: {heard: {loudness_above: -12dBFS, for: 3s}}, then: [mute: {for: 20s}]}
  - {id: raid, when: {room: {joins: ">=3", within: 20s}}, then: [tell: {who: host}]}
  - {id: dead, when: {room: {silence: 3m}}, then: [tell: {who: host}]}
  - {id: tongue, when: {spoken_language: {not_in: allowed}}, then: [nudge: {}]}
  - {id: new, when: {all: [{newcomer: true}, {says: {phrase: my link}}]}, then: [flag: {}]}
checks:
  - {say: [darn, darn, darn], expect: {three: act}}
  - {say: [darn, darn], expect: {three: none}}
  - say: [{text: darn, speaker: a}, {text: darn, speaker: b}, {text: darn, speaker: c}, {text: darn, speaker: d}]
    expect: {hot: act, three: none}
  - {scene: [{say: darn}, {session: next, after: 8d}, {say: darn}, {say: darn}], expect: {three: none}}
  - {scene: [{say: darn}, {session: next, after: 2d}, {say: darn}, {say: darn}], expect: {three: act}}
  - {scene: [{say: blast}, {say: blast}], expect: {two: none}}
  - {scene: [{say: blast}, {answer: asked, with: confirm}, {say: blast}, {answer: asked, with: warn}], expect: {two: act}}
  - {scene: [{points: someone, ledger: half, add: 1, ago: 179d}, {say: blast}, {answer: asked, with: confirm}], expect: {two: act}}
  - {scene: [{points: someone, ledger: half, add: 1, ago: 181d}, {say: blast}, {answer: asked, with: confirm}], expect: {two: none}}
  - {scene: [{points: a, ledger: heat, add: 3}, {say: darn, speaker: b}], expect: {hot: act}}
  - {scene: [{points: someone, ledger: year, add: 1, ago: 4d}, {say: give me mod}], expect: {yearly: act}}
  - {scene: [{points: someone, ledger: year, add: 1, ago: 6d}, {say: give me mod}], expect: {yearly: none}}
  - scene: [{talk: a, for: 50s}, {talk: a, at: 51150ms, for: 50s}, {talk: a, at: 102300ms, for: 50s}]
    expect: {long: act, few: act}
  - {scene: [{talk: a, for: 100s}, {talk: a, at: 104s, for: 100s}], expect: {long: none, patient: act}}
  - {scene: [{join: a, role: host}, {talk: a, for: 100s}], expect: {few: none}}
  - {scene: [{sound: a, for: 4s, level: -6dBFS}], expect: {loud: act}}
  - {scene: [{sound: a, for: 4s, level: -20dBFS}], expect: none}
  - {scene: [{join: a, at: 1s}, {join: b, at: 5s}, {join: c, at: 9s}], expect: {raid: act}}
  - {scene: [{join: a, at: 1s}, {join: b, at: 15s}, {join: c, at: 29s}], expect: {raid: none}}
  - {scene: [{talk: a, for: 5s}, {wait: 4m}], expect: {dead: act}}
  - {scene: [{talk: a, for: 5s}, {wait: 2m}], expect: {dead: none}}
  - {scene: [{language: a, code: de, for: 30s}], expect: {tongue: act}}
  - {scene: [{say: my link}], expect: {new: act}}
  - {scene: [{say: hello there}, {wait: 11m}, {say: my link}], expect: {new: none}}
`

// TestScenes: conditions on turn-taking, sound, the room and points are tested with scenes, on the clock of a session.
func TestScenes(t *testing.T) { holds(t, sceneRules) }

// TestOneVerbForALine: of the actions that a line and the points that it adds would cause in the room, only one is taken.
func TestOneVerbForALine(t *testing.T) {
	s := deskSession(t, sceneRules)
	for i := range 2 {
		s.Decide(exampleLine("darn", 1, int64(i)*1000, i+1))
	}
	o := s.Decide(exampleLine("darn", 1, 5000, 3))
	if len(o.Actions) != 1 || o.Actions[0].Verb != "mute" {
		t.Errorf("%+v", o.Actions)
	}
}

const zoneRules = `schema: 1
mode: act
zone: Pacific/Auckland
ledger: {day: {reset: daily}}
rules:
  - {id: bad, when: {says: {phrase: darn}}, then: [flag: {}, add: {to: day, points: 1}]}
  - {id: two, when: {ledger: {day: ">=2"}}, then: [flag: {}]}
checks:
  - {start: "tue 0:30", scene: [{points: someone, ledger: day, add: 1, ago: 1h}, {say: darn}], expect: {two: none}}
  - {start: "tue 12:30", scene: [{points: someone, ledger: day, add: 1, ago: 1h}, {say: darn}], expect: {two: act}}
  - {start: "tue 13:30", scene: [{points: someone, ledger: day, add: 1, ago: 1h}, {say: darn}], expect: {two: act}}
`

// TestLedgersAreResetInTheRoomsZone: a day ends at midnight in the room's time zone.
func TestLedgersAreResetInTheRoomsZone(t *testing.T) { holds(t, zoneRules) }
