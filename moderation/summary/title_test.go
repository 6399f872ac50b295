//go:build !race

package summary

import (
	"slices"
	"strings"
	"testing"
)

// A title is the name of a thing as it was said: no verb, no part of a longer name, no word that could be about anything.
func TestTitlesNameThings(t *testing.T) {
	for want, line := range map[string]string{
		"Steering wheel": "The shop sent a steering wheel, and the steering wheel is really fully turning, so the steering wheel stays.",
		"Solar panel":    "We put a particular amount of a solar panel there, and the solar panel near the roof is of the solar panel firm.",
		"Maple syrup":    "They are pouring maple syrup, we are pouring maple syrup, and you were all pouring maple syrup.",
		"Pump handles":   "There are hundreds of pump handles, and the hundreds of pump handles are hundreds of pump handles.",
		"Floor plan":     "The floor plan besides the cooks is a floor plan cause the floor plan besides the cooks won.",
		"Paper lanterns": "We have the lanter lanterns, then the lanter lanterns, the lanter lanterns, and two paper lanterns.",
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

// A word on its own is no title where people say a name that has it, or name anything else.
func TestTitlesHaveTwoWords(t *testing.T) {
	var lines []string
	for range 6 {
		lines = append(lines, "Ana: The valve is old and the valve is loud.", "Ben: The valve costs a lot.")
	}
	for also, want := range map[string]string{
		"Ana: The relief valve is open, and the relief valve is red, and so is the relief valve.": "Relief valve",
		"Ana: The copper pipe is open, and the copper pipe is red.":                               "Copper pipe",
	} {
		if got := Make(said(slices.Insert(slices.Clone(lines), 6, also, also)...)).Chapters[0].Title; got != want {
			t.Errorf("%q: %q, want %q", also, got, want)
		}
	}
}

// Names keep their capitals, also if most of the sentences begin with them.
func TestTitlesKeepNames(t *testing.T) {
	lines := []string{"Ana: Berlin offices are dear.", "Ben: Berlin offices are large.", "Ana: The offices in Berlin, the Berlin offices."}
	if got := Make(said(lines...)).Headline; !strings.Contains(got, "about Berlin offices") {
		t.Errorf("headline %q", got)
	}
	d := &document{lang: languages()["en"]}
	if got := newTitler(d).place(make([]span, 2), 0, "Dutch tulips"); got != "Dutch tulips" {
		t.Errorf("title %q", got)
	}
}
