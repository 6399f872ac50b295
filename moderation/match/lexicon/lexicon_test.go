package lexicon_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/moderation/match/lexicon"
)

func TestListsAreOfAllLanguages(t *testing.T) {
	if got := lexicon.Languages("numerals"); !slices.Equal(got, []string{"en", "id"}) {
		t.Errorf("languages with numerals: %v", got)
	}
	if got, want := len(lexicon.Lines("numerals")), len(lexicon.Lines("numerals", "en"))+len(lexicon.Lines("numerals", "id")); got != want {
		t.Errorf("%d lines of numerals, want %d", got, want)
	}
	if w := lexicon.Words("standalone", "given-names"); !w["orange"] || !w["zoe"] || !w["sudah"] || w["#"] {
		t.Error("words of several lists and languages")
	}
	if got := strings.Join(lexicon.Table("contractions")["cannot"], " "); got != "can not" {
		t.Errorf("cannot is %q", got)
	}
}

func TestAListThatNobodyHasIsAMistakeOfTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	lexicon.Words("no-such-list")
}

func Example() {
	fmt.Println(lexicon.Words("reporting-verbs")["shouted"], lexicon.Table("clitics")["ll"])
	// Output: true [will]
}
