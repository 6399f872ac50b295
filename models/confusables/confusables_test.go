package confusables_test

import (
	"fmt"
	"strings"
	"testing"

	"earshot/models/confusables"
)

func TestLatinOfOtherAlphabets(t *testing.T) {
	for r, want := range map[rune]string{
		'а': "a", 'ѕ': "s", 'ο': "o", 'β': "b", 'χ': "x", '🅴': "e", 'ⅿ': "", 'a': "", 'ж': "", '山': "",
	} {
		if got := confusables.Latin(r); got != want {
			t.Errorf("%c looks like %q, want %q", r, got, want)
		}
	}
}

func ExampleLatin() {
	var out strings.Builder
	for _, r := range "раураӏ" { // Cyrillic
		out.WriteString(confusables.Latin(r))
	}
	fmt.Println(out.String())
	// Output: paypai
}
