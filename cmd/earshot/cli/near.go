package cli

import (
	"context"
	"fmt"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
)

// DidYouMean returns ` (did you mean "x"?)` for the name that a word was most likely meant to be: the most similar one, ignoring case, or
// else the only one that begins with the word. It returns "" if there is none.
func DidYouMean(word string, names []string) string {
	folded := map[string]string{}
	var all, begin []string
	for _, n := range names {
		low := strings.ToLower(n)
		if _, twice := folded[low]; twice || n == "" {
			continue
		}
		folded[low] = n
		all = append(all, low)
		if len(word) > 1 && strings.HasPrefix(low, strings.ToLower(word)) {
			begin = append(begin, low)
		}
	}
	near := strict.Closest(strings.ToLower(word), all)
	if near == "" && len(begin) == 1 {
		near = begin[0]
	}
	if near == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", folded[near])
}

// recent is the number of newest sessions whose people and rooms are suggested.
const recent = 200

// NearPerson is DidYouMean for the people in the newest sessions.
func NearPerson(ctx context.Context, store Sessions, word string) string {
	found, _ := store.Sessions(ctx, models.SessionQuery{Limit: recent}) // a failed suggestion is not worth an error
	var names []string
	for _, s := range found {
		for _, p := range s.Speakers {
			names = append(names, p.Name)
		}
	}
	return DidYouMean(word, names)
}

// NearRoom is DidYouMean for the names of rooms and the last parts of their addresses.
func NearRoom(rooms []models.Room, word string) string {
	var names []string
	for _, r := range rooms {
		names = append(names, r.Name, r.ID)
		if at, err := models.ParseAddress(r.ID); err == nil {
			names = append(names, at.Short())
		}
	}
	return DidYouMean(word, names)
}
