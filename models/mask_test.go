package models

import "testing"

func TestMaskIn(t *testing.T) {
	m := Mask{Words: []Word{{Text: " Five,"}, {Text: "o'clock"}, {Text: "né"}, {Text: "—"}}}
	for text, want := range map[string]string{
		"":                              "",
		`matched "five … o'clock" here`: `matched "▮▮▮▮ … ▮▮▮▮▮▮▮" here`,
		"fiver five five-ish, Né!":      "fiver ▮▮▮▮ five-ish, ▮▮!",
		"nothing":                       "nothing",
		"\xff five \xff":                "\xff ▮▮▮▮ \xff",
	} {
		if got := m.In(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
