//go:build !race

package engine

import (
	"strings"
	"testing"

	"earshot/models"
)

const roomRulesObserved = `schema: 1
mode: act
languages: {allowed: [en, id], vote_over: 20s}
rules:
  - id: hog
    when: {floor: {share_over: 60%, of: 60s, min_speakers: 3}}
    unless: {role: host}
    then: [nudge: {text: "Others wait, {{speaker}}"}]
  - {id: turn, when: {floor: {turn_over: 20s}}, then: [nudge: {}]}
  - {id: cuts, when: {floor: {interruptions: ">=2", within: 5m}}, then: [nudge: {}]}
  - {id: over, when: {floor: {overlap: 50%, of: 60s}}, then: [nudge: {}]}
  - {id: loud, when: {heard: {loudness_above: -9dBFS, for: 3s}}, then: [mute: {for: 20s}]}
  - {id: clip, when: {heard: {clipped: ">5%", for: 1s}}, then: [mute: {for: 20s}]}
  - {id: tongue, when: {spoken_language: {not_in: allowed, sure: 0.8}}, then: [nudge: {}]}
  - {id: raid, when: {room: {joins: ">=3", within: 60s, and_unmutes: ">=2"}}, then: [ask: {offer: [newcomers_listen_only]}]}
  - {id: quiet, mode: watch, when: {room: {silence: 2m}}, then: [flag: {level: info}]}
`

// watched feeds observations and returns the rules that fired and for whom, as "rule@who".
func watched(t *testing.T, os []models.Observation) string {
	t.Helper()
	s := deskSession(t, roomRulesObserved)
	s.Person(models.Speaker{ID: "h", Role: models.RoleHost})
	var out []string
	for _, o := range os {
		for _, f := range s.Observe(o).Flags {
			out = append(out, f.Rule+"@"+f.SpeakerID)
		}
	}
	return strings.Join(out, " ")
}

func talks(who string, from, to int64) models.Observation {
	return models.Observation{AtMS: to, SpeakerID: who, Voiced: []models.Span{{StartMS: from, EndMS: to}}}
}

func loud(level float64, seconds int64) []models.Observation {
	var out []models.Observation
	for i := range seconds * 2 {
		sound := models.Sound{Span: models.Span{StartMS: i * 500, EndMS: i*500 + 500}, LevelDBFS: level}
		out = append(out, models.Observation{AtMS: sound.EndMS, SpeakerID: "a", Sound: &sound})
	}
	return out
}

func TestObserve(t *testing.T) {
	tick := func(at int64) models.Observation { return models.Observation{AtMS: at} }
	vote := func(code string, p float64, ms int64) models.Observation {
		return models.Observation{SpeakerID: "a", Language: &models.LanguageVote{Code: code, P: p, VoicedMS: ms}}
	}
	for name, c := range map[string]struct {
		os   []models.Observation
		want string
	}{
		"a hog": {
			[]models.Observation{
				talks("b", 20_000, 26_000), talks("c", 26_000, 32_000), talks("a", 36_000, 52_000), talks("a", 54_000, 64_000),
			}, "hog@a",
		},
		"the window is not over": {
			[]models.Observation{talks("b", 0, 6000), talks("c", 6000, 12_000), talks("a", 12_000, 28_000), talks("a", 30_000, 40_000)}, "",
		},
		"single words make no speaker": {
			[]models.Observation{
				talks("b", 20_000, 24_000), talks("c", 26_000, 32_000), talks("a", 36_000, 52_000), talks("a", 54_000, 64_000),
			}, "",
		},
		"two people only": {[]models.Observation{talks("b", 0, 3000), talks("a", 6000, 16_000), talks("a", 18_000, 28_000)}, ""},
		"the host may": {
			[]models.Observation{talks("b", 0, 3000), talks("c", 3000, 6000), talks("h", 6000, 16_000), talks("h", 18_000, 28_000)}, "",
		},
		"a long turn": {[]models.Observation{talks("a", 0, 10_000), talks("a", 10_500, 21_000), talks("a", 21_000, 25_000)}, "turn@a"},
		"two interruptions": {[]models.Observation{
			talks("a", 0, 5000), talks("b", 4000, 8000), talks(
				"a", 20_000, 25_000,
			), talks("b", 24_000, 28_000), tick(29_000), talks("b", 28_000, 28_500),
		}, "cuts@b"},
		"whoever takes over does not interrupt": {[]models.Observation{
			talks("a", 0, 5000), talks("b", 4950, 9000), talks("a", 20_000, 25_000), talks("b", 24_950, 29_000), tick(30_000),
		}, ""},
		"a breath ends no turn": {[]models.Observation{talks("a", 0, 10_000), talks("a", 11_150, 21_000), talks("a", 22_000, 25_000)}, "turn@a"},
		"another's turn ends it": {
			[]models.Observation{talks("a", 0, 12_000), talks("b", 12_200, 13_400), talks("a", 13_500, 24_000)}, "",
		},
		"a listener's mhm is no talking over": {
			[]models.Observation{talks("a", 0, 15_000), talks("b", 4000, 4600), talks("b", 8000, 8700)}, "",
		},
		"agreement is no interruption": {
			[]models.Observation{talks("a", 0, 5000), talks("b", 4000, 4500), talks("a", 20_000, 25_000), talks("b", 24_000, 24_800)}, "",
		},
		"who is not yielded to does not interrupt": {
			[]models.Observation{talks("a", 0, 15_000), talks("b", 4000, 8000), talks("c", 30_000, 32_000)}, "over@b",
		},
		"loud for 3 s": {loud(-5, 4), "loud@a"},
		"loud for 2 s": {loud(-5, 2), ""},
		"not loud":     {loud(-12, 5), ""},
		"clipped": {
			[]models.Observation{
				{AtMS: 1000, SpeakerID: "a", Sound: &models.Sound{Span: models.Span{EndMS: 1000}, LevelDBFS: -20, Clipped: 0.06}},
			},
			"clip@a",
		},
		"another language": {[]models.Observation{vote("de", 0.9, 12_000), vote("de", 0.95, 9000)}, "tongue@a"},
		"not long enough":  {[]models.Observation{vote("de", 0.99, 19_000)}, ""},
		"one wrong guess":  {[]models.Observation{vote("en", 0.9, 15_000), vote("de", 0.9, 6000)}, ""},
		"an allowed one":   {[]models.Observation{vote("id", 0.99, 30_000)}, ""},
		"a raid": {
			[]models.Observation{
				{AtMS: 1, SpeakerID: "x", Event: models.RoomJoin},
				{AtMS: 2, SpeakerID: "y", Event: models.RoomJoin},
				{AtMS: 3, SpeakerID: "z", Event: models.RoomJoin},
				{AtMS: 4, SpeakerID: "x", Event: models.RoomUnmute},
				{AtMS: 5, SpeakerID: "y", Event: models.RoomUnmute},
				{AtMS: 6, SpeakerID: "z", Event: models.RoomUnmute},
			},
			"raid@",
		},
		"joins without more": {
			[]models.Observation{
				{AtMS: 1, Event: models.RoomJoin},
				{AtMS: 2, Event: models.RoomJoin},
				{AtMS: 3, Event: models.RoomJoin},
				{AtMS: 4, Event: models.RoomJoin},
			},
			"",
		},
		"silence": {[]models.Observation{talks("a", 0, 1000), tick(60_000), tick(121_000), tick(130_000)}, "quiet@"},
	} {
		if got := watched(t, c.os); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLeastHeard(t *testing.T) {
	s := deskSession(t, roomRulesObserved)
	for _, p := range []models.Speaker{
		{ID: "a", Name: "Ann"}, {ID: "b", Name: "Ben"}, {ID: "c", Name: "Cy"}, {ID: "h", Role: models.RoleHost},
	} {
		s.Person(p)
	}
	s.Observe(talks("a", 0, 9000))
	s.Observe(talks("b", 9000, 12_000))
	s.Observe(models.Observation{AtMS: 13_000, SpeakerID: "c", Event: models.RoomLeave})
	got := s.LeastHeard(8)
	if len(got) != 2 || got[0] != (Heard{"b", "Ben", 3000}) || got[1] != (Heard{"a", "Ann", 9000}) {
		t.Errorf("%+v", got)
	}
	if got := s.LeastHeard(1); len(got) != 1 || got[0].ID != "b" {
		t.Errorf("the first of them: %+v", got)
	}
}
