package live

import (
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

const redacting = `schema: 1
mode: suggest
rules:
  - id: twice
    when: {says: {phrase: "secret word"}}
    second_look: {must_agree: true}
    then: [flag: {level: high}, redact: {text: true, clip: beep, at_once: yes}]
  - id: phone
    when: {reveals: [phone]}
    then: [flag: {level: high}, redact: {text: true, clip: silence, at_once: yes}]
  - id: asked
    when: {says: {phrase: "private matter"}}
    then: [flag: {level: low}, ask: {who: [host], offer: [redact, dismiss], expires: 45s}]
`

// shown is the latest text of a line that a viewer sees.
func (s *scene) shown(k models.Key) (text string) {
	for _, e := range s.events {
		if e.Utterance != nil && e.Utterance.Key == k {
			text = e.Utterance.Text
		}
	}
	return text
}

// nowhere checks that a word is in nothing that is stored or finally shown.
func (s *scene) nowhere(word string, keys ...models.Key) {
	s.t.Helper()
	lines, err := s.store.Utterances(s.t.Context(), "s1")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, u := range lines {
		if strings.Contains(u.Text, word) || strings.Contains(models.TextOf(u.Words), word) || strings.Contains(s.shown(u.Key), word) {
			s.t.Errorf("%q is stored or shown: %q, %q", word, u.Text, s.shown(u.Key))
		}
	}
	for _, f := range s.flags() {
		if strings.Contains(models.TextOf(f.Matched)+f.Title+f.Why, word) {
			s.t.Errorf("%q is in flag %+v", word, f)
		}
	}
	decisions, err := s.store.Decisions(s.t.Context(), "s1")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range decisions {
		if strings.Contains(models.TextOf(d.Matched)+d.Why, word) || d.SecondLook != nil && strings.Contains(d.SecondLook.Text, word) {
			s.t.Errorf("%q is in decision %+v", word, d)
		}
	}
	hits, err := s.store.Search(s.t.Context(), models.SearchQuery{Text: word})
	if err != nil || len(hits.Hits) > 0 {
		s.t.Errorf("%q is found by searching: %+v, %v", word, hits, err)
	}
	for _, k := range keys {
		if !strings.Contains(s.shown(k), "▮") {
			s.t.Errorf("line %s is shown as %q", k, s.shown(k))
		}
	}
}

// TestRedactedByASecondLook: words that a second look confirms are masked where they were stored and shown before, and beeped in the
// audio.
func TestRedactedByASecondLook(t *testing.T) {
	s, m := newScene(t, redacting, nil), newMicrophone(t)
	s.j.clips.memory = m
	m.until(9000)
	u := s.line(5000, "it was the secret word again") // from 5.6 to 6 s
	s.say(u, m.clip(5000, 6200))
	if s.shown(u.Key) != u.Text || len(s.again) != 1 {
		t.Fatalf("before the second look %q, %d looks: %+v", s.shown(u.Key), len(s.again), s.flags())
	}
	if _, pcm := s.kept(u.Key); secondOf(pcm[2100*16:]) != 5 { // it begins at 3.6 s
		t.Error("the sound is covered up before the second look")
	}
	second := u
	second.Text = "it was a secret word again"
	second.Words = slices.Clone(u.Words)
	second.Words[2].Text = "a"
	s.again[0](second)
	s.nowhere("secret", u.Key)
	if text := s.shown(u.Key); text != "it was the ▮▮▮▮▮▮ ▮▮▮▮ again" {
		t.Errorf("shown %q", text)
	}
	if _, pcm := s.kept(u.Key); secondOf(pcm[2000*16:]) != 7 || secondOf(pcm[1200*16:]) != 4 { // 1 kHz is as the seventh second
		t.Error("the sound is not covered up")
	}
	for _, e := range s.events {
		if e.Flag != nil && e.Flag.Rule == "twice" && e == s.events[len(s.events)-1] &&
			strings.Contains(models.TextOf(e.Flag.Matched), "secret") {
			t.Error("the flag is shown with its words")
		}
	}
}

// TestNotRedactedWhenTheSecondLookDisagrees: what a second look does not confirm stays as it was heard.
func TestNotRedactedWhenTheSecondLookDisagrees(t *testing.T) {
	s, m := newScene(t, redacting, nil), newMicrophone(t)
	m.until(9000)
	u := s.line(5000, "it was the secret word again")
	s.say(u, m.clip(5000, 6200))
	second := u
	second.Text, second.Words = "it was the sacred sword again", s.line(5000, "it was the sacred sword again").Words
	s.again[0](second)
	if lines, err := s.store.Utterances(t.Context(), "s1"); err != nil || lines[0].Text != u.Text || s.shown(u.Key) != u.Text {
		t.Errorf("%+v, %v", lines, err)
	}
}

// TestRedactedOverTwoLines: a number that is said over two lines is masked in both, and silenced in the audio of both.
func TestRedactedOverTwoLines(t *testing.T) {
	s, m := newScene(t, redacting, nil), newMicrophone(t)
	s.j.clips.memory = m
	m.until(12_000)
	first, second := s.line(5000, "call me on five five five"), s.line(7000, "zero one two three please")
	s.say(first, m.clip(5000, 6200))
	s.say(second, m.clip(7000, 8000))
	s.nowhere("five", first.Key, second.Key)
	s.nowhere("three")
	if s.shown(first.Key) != "call me on ▮▮▮▮ ▮▮▮▮ ▮▮▮▮" || s.shown(second.Key) != "▮▮▮▮ ▮▮▮ ▮▮▮ ▮▮▮▮▮ please" {
		t.Errorf("%q, %q", s.shown(first.Key), s.shown(second.Key))
	}
	e, pcm := s.kept(second.Key)
	at := func(ms int64) []float32 { return pcm[(ms-e.StartMS)*16:] }
	if e.StartMS > 5000 {
		t.Fatalf("from %d ms", e.StartMS)
	}
	for ms, want := range map[int64]bool{5050: true, 5700: false, 6500: true, 7200: false} {
		loud := false
		for _, x := range at(ms)[:100*16] {
			loud = loud || x > 0.05
		}
		if loud != want {
			t.Errorf("at %d ms it is heard: %v", ms, loud)
		}
	}
}

// TestRedactedByAHost: a host who is asked may have the words redacted.
func TestRedactedByAHost(t *testing.T) {
	s, m := newScene(t, redacting, nil), newMicrophone(t)
	m.until(9000)
	u := s.line(5000, "a private matter of mine")
	s.say(u, m.clip(5000, 6000))
	decisions, err := s.store.Decisions(t.Context(), "s1")
	if err != nil || len(decisions) != 1 {
		t.Fatalf("%+v, %v", decisions, err)
	}
	if err := s.Choose(t.Context(), "s1", decisions[0].ID, "host", "redact"); err != nil {
		t.Fatal(err)
	}
	s.nowhere("private", u.Key)
}
