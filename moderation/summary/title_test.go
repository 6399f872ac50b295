//go:build !race

package summary

import "testing"

// A title is the name of a thing as it was said: no verb, no part of a longer name, no word that could be about anything.
func TestTitlesNameThings(t *testing.T) {
	for want, line := range map[string]string{
		"Steering wheel": "The shop sent a steering wheel, and the steering wheel is really fully turning, so the steering wheel stays.",
		"Solar panel":    "We put a particular amount of a solar panel there, and the solar panel near the roof is of the solar panel firm.",
		"Training camp":  "I am deciding on the training camp, and you are deciding on the training camp, which is the training camp.",
	} {
		if got := Make(said("Ana: "+line, "Ben: Okay.", "Ana: "+line)).Chapters[0].Title; got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestAlike(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"microphone", "microphones"}:       true,
		{"overlaps", "overlapping zone"}:    true,
		{"scroll wheel", "steering wheel"}:  true,
		{"child", "childcare offer"}:        true,
		{"scroll wheel", "remote control"}:  false,
		{"contract", "content of the page"}: false,
		{"car", "care"}:                     false,
	} {
		if got := alike(pair[0], pair[1]); got != want {
			t.Errorf("%q: %v", pair, got)
		}
	}
}
