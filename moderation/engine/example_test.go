//go:build !race

package engine_test

import (
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

const house = `schema: 1
profile: house
mode: act
words: {rude: {list: [idiot, fool], mask: true}}
rules:
  - id: insult
    when: {says: {words: rude}}
    unless: {role: host}
    then: [flag: {level: high, title: "Insult: {{match}}"}, mute: {for: 20s}]
`

func load() *engine.Set {
	set, err := engine.Load(engine.LoadOptions{FS: fstest.MapFS{"house.yaml": {Data: []byte(house)}}}, "house")
	if err != nil {
		panic(err)
	}
	return set
}

// said is a line as a decoder returns it, with every word at confidence p.
func said(text string, p float32) models.Utterance {
	u := models.Utterance{
		Key:       models.Key{Session: "s", Epoch: 1, Track: "t", Seq: 1},
		SpeakerID: "ana", SpeakerName: "Ana", Attribution: models.AttributionTrack, State: models.UtteranceOK,
	}
	for _, w := range strings.Fields(text) {
		u.Words = append(u.Words, models.Word{Text: w, StartMS: u.EndMS, EndMS: u.EndMS + 300, P: p})
		u.EndMS += 300
	}
	u.VoicedMS = u.EndMS
	return u
}

// Rule files become one set, which any number of sessions share.
func ExampleLoad() {
	set := load()
	for _, r := range set.Rules() {
		fmt.Println(set.Name(), r.ID, r.Level, r.Mode)
	}
	fmt.Println(set.Verbs())

	_, err := engine.Load(engine.LoadOptions{FS: fstest.MapFS{
		"house.yaml": {Data: []byte("schema: 1\nrules: [{id: a, when: {says: {words: gone}}, then: [flag: {}]}]\n")},
	}}, "house")
	fmt.Println(err)
	// Output:
	// house insult high act
	// [mute]
	// shipped:house.yaml:2: rule "a": unknown word list "gone"
}

// A session judges lines one after the other. On a line that was not heard surely, nothing is done; the flag is stored.
func ExampleSession_Decide() {
	for _, p := range []float32{0.95, 0.4} {
		s := engine.NewSession(load(), models.Session{ID: "s", Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)})
		out := s.Decide(said("you idiot", p))
		for _, f := range out.Flags {
			fmt.Println(f.Title, "/", f.Mode, "/", f.Why)
		}
		for _, a := range out.Actions {
			fmt.Println(a.Verb, a.TargetName, time.Duration(a.ForMS)*time.Millisecond)
		}
	}
	// Output:
	// Insult: i•••• / act / matched "i••••" in house; the word was clear
	// mute Ana 20s
	// Insult: i•••• / watch / matched "i••••" in house; the word was unsure, too unsure to act on
}

// Every rule can explain why it fires or does not.
func ExampleSet_Try() {
	for _, e := range []engine.Example{
		{Say: []string{"you fool"}, WordP: 0.9}, {Say: []string{"you fool"}, WordP: 0.9, By: models.RoleHost}, {Say: []string{"good morning"}},
	} {
		verdicts, err := load().Try(e)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, v := range verdicts {
			fmt.Println(v.Rule, v.Fired, v.Why+v.WhyNot)
		}
	}
	// Output:
	// insult true matched "f•••" in house; the word was clear
	// insult false excused by unless: the speaker is host
	// insult false nothing from the list rude was said
}
