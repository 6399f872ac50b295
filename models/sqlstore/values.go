package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"earshot/models"
	"earshot/models/store"
)

// millis and at convert times to and from the database's Unix milliseconds.
func millis(t time.Time) int64 { return t.UnixMilli() }

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func nullMillis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func atNull(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return at(ms.Int64)
}

// silence represents a level of minus infinity: the lowest level that RFC 6464 can express, in dBFS.
const silence = -127

// finite returns a number that the database and JSON can represent. SQLite stores NaN as NULL, which a line's columns do not allow.
func finite(x float64) float64 {
	switch {
	case math.IsNaN(x), math.IsInf(x, 1):
		return 0
	case math.IsInf(x, -1):
		return silence
	}
	return x
}

// clean returns text that can be displayed everywhere: valid UTF-8 without control characters, which search uses as marks.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// packedWords is how words are stored in a column: one array per field, which is half as long as an array of objects.
type packedWords struct {
	Text  []string  `json:"t"`
	Start []int64   `json:"s"`
	End   []int64   `json:"e"`
	P     []float32 `json:"p"`
}

func packWords(words []models.Word) (string, error) {
	if len(words) == 0 {
		return "", nil
	}
	var p packedWords
	for _, w := range words {
		p.Text = append(p.Text, clean(w.Text))
		p.Start = append(p.Start, w.StartMS)
		p.End = append(p.End, w.EndMS)
		p.P = append(p.P, float32(finite(float64(w.P))))
	}
	b, err := json.Marshal(p)
	return string(b), err
}

func unpackWords(s string) ([]models.Word, error) {
	if s == "" {
		return nil, nil
	}
	var p packedWords
	if err := json.Unmarshal([]byte(s), &p); err != nil {
		return nil, fmt.Errorf("words column: %w", store.ErrCorrupt) // the JSON error could quote what was said
	}
	n := len(p.Text)
	if len(p.Start) != n || len(p.End) != n || len(p.P) != n {
		return nil, fmt.Errorf("words column: %w", store.ErrCorrupt)
	}
	words := make([]models.Word, n)
	for i := range words {
		words[i] = models.Word{Text: p.Text[i], StartMS: p.Start[i], EndMS: p.End[i], P: p.P[i]}
	}
	return words, nil
}

func packDoubts(doubts []models.Doubt) string {
	var b strings.Builder
	for i, d := range doubts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(d))
	}
	return b.String()
}

func unpackDoubts(s string) []models.Doubt {
	var doubts []models.Doubt
	for _, d := range strings.Fields(s) {
		doubts = append(doubts, models.Doubt(d))
	}
	return doubts
}

// checkID rejects ids that are not safe as file names and in URLs.
func checkID(what, id string) error {
	ok := id != "" && len(id) <= 128 && id[0] != '.'
	for _, r := range id {
		ok = ok && (r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}
	if !ok {
		return fmt.Errorf("%w: %s id of %d bytes: letters, digits, dot, dash, underscore, at most 128", models.ErrInvalid, what, len(id))
	}
	return nil
}
