package auth

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"earshot/models"
	"earshot/moderation/match"
)

// maxUserName is the maximum length of a user's name, in characters.
const maxUserName = 64

// newName returns an error for a name that could be taken for somebody else's: it contains invisible characters or compatibility
// forms, mixes scripts (UTS 39, "highly restrictive"), or looks like an existing user's name.
func newName(name string, users []models.User) error {
	switch {
	case name == "" || utf8.RuneCountInString(name) > maxUserName:
		return fmt.Errorf("%w: enter a name of at most %d characters", models.ErrInvalid, maxUserName)
	case !utf8.ValidString(name) || norm.NFKC.String(name) != name || strings.ContainsFunc(name, notInNames) || strings.Contains(name, "  "):
		return fmt.Errorf("%w: a name may contain letters, digits, single spaces and the characters . _ - ' @ +", models.ErrInvalid)
	case !oneScript(name):
		return fmt.Errorf("%w: the name mixes similar-looking letters of several scripts", models.ErrInvalid)
	case !strings.ContainsFunc(name, unicode.IsLetter):
		return fmt.Errorf("%w: a name needs at least one letter", models.ErrInvalid)
	}
	look := match.Skeleton(name)
	for _, u := range users {
		if match.Skeleton(u.Name) == look {
			return fmt.Errorf("%w: that name is taken, or looks too much like another", models.ErrInvalid)
		}
	}
	return nil
}

// unseen are invisible letters and marks: fillers, joiners and selectors.
var unseen = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x034f, Hi: 0x034f, Stride: 1},
	{Lo: 0x115f, Hi: 0x1160, Stride: 1},
	{Lo: 0x17b4, Hi: 0x17b5, Stride: 1},
	{Lo: 0x180b, Hi: 0x180f, Stride: 1},
	{Lo: 0x3164, Hi: 0x3164, Stride: 1},
	{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1},
	{Lo: 0xffa0, Hi: 0xffa0, Stride: 1},
}, R32: []unicode.Range32{{Lo: 0xe0100, Hi: 0xe01ef, Stride: 1}}}

func notInNames(r rune) bool {
	if unicode.Is(unseen, r) {
		return true
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune(" ._-'@+", r)
}

// oneScript reports whether the letters of a name belong to one script, or to those that Chinese, Japanese and Korean combine.
func oneScript(name string) bool {
	found := map[string]bool{}
	for _, r := range name {
		for script, table := range unicode.Scripts {
			if script != "Common" && script != "Inherited" && unicode.Is(table, r) {
				found[script] = true
			}
		}
	}
	if len(found) <= 1 {
		return true
	}
	for _, together := range [][]string{{"Latin", "Han", "Hiragana", "Katakana"}, {"Latin", "Han", "Hangul"}, {"Latin", "Han", "Bopomofo"}} {
		n := 0
		for _, script := range together {
			if found[script] {
				n++
			}
		}
		if n == len(found) {
			return true
		}
	}
	return false
}
