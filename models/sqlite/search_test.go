package sqlite_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store/storetest"
)

func TestSearchTakesTooLong(t *testing.T) {
	s := open(t)
	storetest.FillLibrary(t, s)
	s.SetSearchTime(time.Nanosecond)
	_, err := s.Search(t.Context(), models.SearchQuery{Text: "profit"})
	wantErr(t, "error", err, models.ErrUnavailable)
	if models.Hint(err) == "" {
		t.Error("no hint")
	}
}

// Any input is a search or is refused as invalid, but never makes the store fail.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{
		"", "profit", `"`, `""`, `"a" "b`, "NEAR(a b, 5)", "text:x", "{text}:x", "-x", "^x", "a*", "*", "x\x00y", "' OR 1=1 --",
		"\xff\xfe", "“”", "a+b", "(((((", ")", "AND", "a AND", "٣٤", "e\u0301", "\u0301", "𝔘", "ﷺ", "\U000E0001", strings.Repeat("(", 200),
	} {
		f.Add(seed)
	}
	s := open(f)
	storetest.FillLibrary(f, s)
	f.Fuzz(func(t *testing.T, text string) {
		_, err := s.Search(t.Context(), models.SearchQuery{Text: text})
		if err != nil && !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%q became %v", text, err)
		}
	})
}
