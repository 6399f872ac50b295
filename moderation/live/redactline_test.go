package live

import (
	"errors"
	"testing"
	"time"

	"earshot/models"
)

const twoFlags = `schema: 1
mode: watch
rules:
  - id: topic
    when: {says: {phrase: "the topic"}}
    then: [flag: {level: low}]
`

// TestRedactLineCoversEveryClip: words that a host redacts are replaced by a tone in the clip of their line, and in the clip of a
// neighbouring line that includes them.
func TestRedactLineCoversEveryClip(t *testing.T) {
	s, m := newScene(t, twoFlags, nil), newMicrophone(t)
	s.j.clips.memory = m
	m.until(12_000)
	first, second := s.line(5000, "the topic is Anna today"), s.line(7000, "back to the topic please")
	s.say(first, m.clip(5000, 6000))
	s.say(second, m.clip(7000, 8000))
	for _, k := range []models.Key{first.Key, second.Key} {
		if _, pcm := s.kept(k); len(pcm) == 0 {
			t.Fatal("no sound is kept")
		}
	}
	u, err := s.RedactLine(t.Context(), first.Key, []int{3, 4}, "kim", time.Now())
	if err != nil || u.Text != "the topic is ▮▮▮▮ ▮▮▮▮▮" {
		t.Fatalf("%q, %v", u.Text, err)
	}
	if hits, err := s.store.Search(t.Context(), models.SearchQuery{Text: "Anna"}); err != nil || len(hits.Hits) > 0 {
		t.Errorf("found by searching: %+v, %v", hits, err)
	}
	for _, k := range []models.Key{first.Key, second.Key} { // these words were said from 5.6 to 6 s; 1 kHz is as the seventh second
		e, pcm := s.kept(k)
		if e.StartMS > 5500 {
			t.Fatalf("%s begins at %d ms", k, e.StartMS)
		}
		at := func(ms int64) int { return secondOf(pcm[(ms-e.StartMS)*16:]) }
		if at(5560) != 7 || at(6150) != 6 {
			t.Errorf("%s: heard %d over the words and %d after them", k, at(5560), at(6150))
		}
	}
	if _, err := s.RedactLine(t.Context(), first.Key, []int{9}, "kim", time.Now()); !errors.Is(err, models.ErrInvalid) {
		t.Error(err)
	}
}
