//go:build !race

package engine

import (
	"testing"

	"earshot/models"
)

func TestArm(t *testing.T) {
	set := mustLoad(
		t,
		"schema: 1\nrules:\n- {id: a, on: {partial: arm}, when: {says: {phrase: bad apple}}, span: {last: 9s}, then: [mute: {}]}\n- {id: b, "+
			"when: {says: {phrase: apple}}, then: [flag: {}]}\n",
	)
	s := NewSession(set, models.Session{})
	s.Judge(exampleLine("bad", 1, 0, 1))
	p := models.Partial{
		Key: models.Key{Session: "example", Epoch: 1, Track: "example", Seq: 2}, SpeakerID: "someone", StartMS: 700, Stable: "apple",
	}
	if got := s.Arm(p); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("%+v", got)
	}
	if got := s.Arm(models.Partial{SpeakerID: "someone", StartMS: 700, Stable: "pear"}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestShown: the part of a partial that is shown in the room contains nothing that would be masked in the final line, and nothing
// that may become part of it.
func TestShown(t *testing.T) {
	const masking = `schema: 1
mode: suggest
rules:
- {id: card, when: {reveals: card}, then: [flag: {}, redact: {text: true, at_once: yes}]}
- {id: secret, when: {says: {phrase: the blue door}}, then: [flag: {}, redact: {text: true, at_once: yes}]}
- {id: asked, when: {says: {phrase: darn}}, then: [flag: {}, redact: {text: true}]}
- {id: noted, mode: watch, when: {says: {phrase: blast}}, then: [flag: {}, redact: {text: true, at_once: yes}]}
`
	const plain = "schema: 1\nrules:\n- {id: a, when: {says: {phrase: darn}}, then: [flag: {}]}\n"
	for _, c := range []struct{ rules, stable, want string }{
		{plain, "we go through the blue", "we go through the blue"},
		{masking, "", ""},
		{masking, "we go through the blue", "we go"},
		{masking, "we go through the blue door and then we turn left", "we go through ▮▮▮ ▮▮▮▮ ▮▮▮▮ and then"},
		{masking, "darn and blast it we go home", "darn and blast it"},
		{masking, "the card is four one one one", "the card is"},
		{masking, "my card is 4111 1111 1111 1111 so now you know it", "my card is ▮▮▮▮ ▮▮▮▮ ▮▮▮▮ ▮▮▮▮ so now"},
	} {
		s := NewSession(mustLoad(t, c.rules), models.Session{})
		p := models.Partial{
			Key: models.Key{Session: "example", Epoch: 1, Track: "example", Seq: 2}, SpeakerID: "someone", StartMS: 700, Stable: c.stable,
		}
		if got := Shown(s, p); got != c.want {
			t.Errorf("of %q a room sees %q, want %q", c.stable, got, c.want)
		}
	}
}
