package journal

import (
	"slices"
	"strings"
	"testing"

	"earshot/models/sqlstore/taken"
)

// Whatever lies in the journal's file is read without an end, and what was written there is found among it.
func FuzzJournal(f *testing.F) {
	f.Add("{\"origin\":\"a\"}\n{\"taken\":{\"uid\":\"1\",\"what\":\"words\"}}\n")
	f.Add("{\"removal\":{\"id\":1,\"hash\":\"x\"}}")
	f.Add("[]\n\"origin\"\n{\"removal\":null,\"taken\":3}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := parse(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		_, all, err := parse(strings.NewReader(text + "\n{\"taken\":{\"uid\":\"mine\",\"what\":\"user\"}}\n"))
		if err != nil || !slices.ContainsFunc(all.Entries, func(x taken.Entry) bool { return x.UID == "mine" && x.What == taken.User }) {
			t.Errorf("%d entries, %v", len(all.Entries), err)
		}
	})
}
