//go:build !race

package match

import "testing"

// TestSigns: signs are letters inside words, and stay signs in amounts, addresses and emphasis.
func TestSigns(t *testing.T) {
	for text, want := range map[string]string{
		"$tupid": "stupid", "a$$hole": "asshole", "A$$": "A$$", "@sshole": "asshole", "f*ck": "fuck", "F*CKING,": "fucking,",
		"b*tch": "bitch",
		"boob$": "boobs", "a$": "a$", "$100": "$100", "US$": "US$", "5$": "5$", "anna@gmail.com": "anna@gmail.com",
		"*really*": "*really*", "f***": "f***", "@": "@", "$": "$",
		"é*$": "é*$", "c@t": "cat",
	} {
		if got := readSigns(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}
