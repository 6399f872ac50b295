package live

import (
	"fmt"
	"slices"
	"testing"

	"earshot/models"
)

const noticed = `schema: 1
mode: suggest
languages: {allowed: [en], vote_over: 20s}
rules:
  - id: raid
    when: {room: {joins: ">=3", within: 60s, and_unmutes: ">=2"}}
    then: [flag: {level: high}, ask: {who: [host], offer: [dismiss], expires: 45s}]
  - id: music
    when: {heard: {music: ">70%", for: 4s}}
    then: [flag: {level: info}, tell: {who: host}]
  - id: loud
    when: {any: [{heard: {loudness_above: -9dBFS, for: 3s}}, {heard: {clipped: ">5%", for: 3s}}]}
    then: [flag: {level: low}, tell: {webhook: mods}]
  - id: turn
    when: {floor: {turn_over: 5s}}
    then: [flag: {level: info}]
  - id: silence
    when: {room: {silence: 3s}}
    then: [flag: {level: info}]
  - id: language
    when: {spoken_language: {not_in: [allowed], sure: 0.8}}
    then: [flag: {level: info}]
`

// rules returns the rules of the session's flags, with their speakers.
func (s *scene) rules() (out []string) {
	for _, f := range s.flags() {
		out = append(out, f.Rule+" "+f.SpeakerID)
	}
	slices.Sort(out)
	return out
}

// sounds sends some seconds of a person's audio that contains speech.
func (s *scene) sounds(who string, from int64, seconds int, sound models.Sound) {
	for i := range int64(seconds) {
		sound.Span = models.Span{StartMS: from + i*1000, EndMS: from + i*1000 + 1000}
		one := sound
		s.j.Observe(s.t.Context(), models.Observation{AtMS: one.EndMS, SpeakerID: who, Voiced: []models.Span{one.Span}, Sound: &one})
	}
}

// TestNoticed: observations other than words reach the rules on the room, the sound, the floor and the language.
func TestNoticed(t *testing.T) {
	s := newScene(t, noticed, nil)
	ctx := t.Context()
	for i, who := range []string{"a", "b", "c"} {
		s.j.Observe(ctx, models.Observation{AtMS: int64(i * 100), SpeakerID: who, Event: models.RoomJoin})
	}
	s.j.Observe(ctx, models.Observation{AtMS: 400, SpeakerID: "a", Event: models.RoomUnmute})
	if got := s.rules(); len(got) != 0 {
		t.Errorf("too early: %q", got)
	}
	s.j.Observe(ctx, models.Observation{AtMS: 500, SpeakerID: "b", Event: models.RoomUnmute})
	s.sounds("dj", 1000, 6, models.Sound{LevelDBFS: -20, Music: 0.9})
	s.sounds("hot", 7000, 4, models.Sound{LevelDBFS: -12, Clipped: 0.2})
	s.sounds("fine", 11_000, 4, models.Sound{LevelDBFS: -25, Noise: 0.2})
	if got, want := s.rules(), []string{"loud hot", "music dj", "raid ", "turn dj"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSilenceIsNoticed: nothing happens, and the passing of time alone makes it a silence.
func TestSilenceIsNoticed(t *testing.T) {
	s := newScene(t, noticed, nil)
	s.sounds("a", 1000, 2, models.Sound{LevelDBFS: -25})
	s.j.tick(t.Context()) // the tenth second of the session
	if got, want := s.rules(), []string{"silence "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLanguageIsVotedOn: lines whose language was detected count by their length; those with a fixed language and doubtful ones do
// not.
func TestLanguageIsVotedOn(t *testing.T) {
	for name, c := range map[string]struct {
		heard map[string]float64
		doubt []models.Doubt
		flags bool
	}{
		"another":  {map[string]float64{"id": 0.9, "en": 0.1}, nil, true},
		"allowed":  {map[string]float64{"en": 0.9, "id": 0.1}, nil, false},
		"unsure":   {map[string]float64{"id": 0.5, "en": 0.4}, nil, false},
		"fixed":    {nil, nil, false},
		"doubtful": {map[string]float64{"id": 0.9}, []models.Doubt{models.DoubtLowVoice}, false},
	} {
		s := newScene(t, noticed, nil)
		for i := range 5 {
			u := s.line(int64(1000+5000*i), fmt.Sprintf("selamat datang di ruang ini teman %d", i))
			u.VoicedMS, u.Heard, u.Doubt, u.Language = 4500, c.heard, c.doubt, "id"
			s.say(u, []byte("sound"))
		}
		got := slices.Contains(s.rules(), "language ana")
		if got != c.flags {
			t.Errorf("%s: %q", name, s.rules())
		}
	}
}

// TestTellReachesTheTargets: tell reaches all targets of the room, even if the flag's level is below their minimum; a target in a
// rule that is not configured is a failure that the host sees.
func TestTellReachesTheTargets(t *testing.T) {
	s := newScene(t, noticed, nil)
	ctx := t.Context()
	err := s.store.SetNoticeTargets(ctx, []models.NoticeTarget{
		{Name: "hosts", Level: models.LevelHigh}, {Name: "elsewhere", Level: models.LevelHigh, Rooms: []string{"r2"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.sounds("dj", 1000, 5, models.Sound{LevelDBFS: -20, Music: 0.9})
	s.sounds("hot", 7000, 4, models.Sound{LevelDBFS: -5})
	for range 2 { // they are told already, and not again
		x := newExecutor(s.env, there{}, nil)
		x.load(ctx, "s1", "r1")
		x.begin(ctx)
		x.group.Wait()
	}
	notice, err := s.store.NextNotice(ctx, "hosts")
	if err != nil {
		t.Fatal(err)
	}
	told, err := s.store.Flag(ctx, notice.Flag)
	if err != nil || told.Rule != "music" {
		t.Errorf("told of %+v, %v", told, err)
	}
	states, err := s.store.NoticeTargets(ctx)
	if err != nil || states[0].Waiting != 0 || states[1].Waiting != 1 {
		t.Errorf("%+v, %v", states, err)
	}
	actions, err := s.store.Actions(ctx, "s1")
	if err != nil || len(actions) != 2 {
		t.Fatalf("%+v, %v", actions, err)
	}
	for _, a := range actions {
		if a.Webhook == "" && a.State != models.ActionSeen || a.Webhook != "" && (a.State != models.ActionFailed || a.Error == "") {
			t.Errorf("%+v", a)
		}
	}
}

// TestPartialsArm: a rule that matches partial lines is reported with them, and flags only the final one.
func TestPartialsArm(t *testing.T) {
	s := newScene(t, `schema: 1
rules:
  - {id: armed, on: {partial: arm}, when: {says: {phrase: guaranteed profit}}, then: [flag: {}]}
  - {id: waits, when: {says: {phrase: profit}}, then: [flag: {}]}
`, nil)
	u := s.line(5000, "a guaranteed profit")
	partial := models.Partial{Key: u.Key, SpeakerID: "ana", StartMS: 5000, Stable: "a guaranteed", Tail: "profit"}
	s.Partial(partial)
	partial.Stable, partial.Tail = u.Text, ""
	s.Partial(partial)
	if len(s.flags()) != 0 || len(s.events) != 2 {
		t.Fatalf("%d flags, %d events", len(s.flags()), len(s.events))
	}
	if first, second := s.events[0].Partial.Armed, s.events[1].Partial.Armed; len(first) != 0 || !slices.Equal(second, []string{"armed"}) {
		t.Errorf("armed by %q, then %q", first, second)
	}
	if first, second := s.events[0].Partial.Shown, s.events[1].Partial.Shown; first != "a guaranteed" || second != u.Text {
		t.Errorf("the room sees %q, then %q", first, second)
	}
	s.say(u, []byte("sound"))
	if got, want := s.rules(), []string{"armed ana", "waits ana"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
