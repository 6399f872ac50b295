//go:build !race

package summary

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
)

// FuzzMake: whatever was said, the summary is printable text and cites lines that exist.
func FuzzMake(f *testing.F) {
	f.Add("We decided to go. I will call you tomorrow, Ben.", "What about the tomato?", "Ana", int64(5000), int64(200))
	f.Add("\xff\u202e http://x.example ...", "", "", int64(-5), int64(1<<40))
	f.Add("的 会议 。", "Mr. J. R. Smith?!", "B’s", int64(0), int64(0))
	f.Fuzz(func(t *testing.T, a, b, name string, start, long int64) {
		if start > 1<<40 || start < -1<<40 || long < 0 || long > 1<<40 {
			return // beyond any session
		}
		in := said("Ana: "+a, name+": "+b, "Ben: "+a+" "+b, "Ana: "+b)
		in.Utterances[1].StartMS, in.Utterances[1].EndMS = start, start+long
		s := Make(in)
		if d := cmp.Diff(s, Make(in)); d != "" {
			t.Fatal(d)
		}
		all := append(
			slices.Concat(s.Highlights, s.Decisions, s.Actions, s.Questions),
			models.SummaryItem{Text: s.Headline, Cites: []models.Key{{Session: "s"}}},
		)
		for _, c := range s.Chapters {
			all = append(all, models.SummaryItem{Text: c.Title, Cites: c.Cites})
		}
		for _, it := range all {
			if !utf8.ValidString(it.Text) || strings.ContainsAny(it.Text, "\n\r\x00\u202e") || utf8.RuneCountInString(it.Text) > maxQuote ||
				len(it.Cites) == 0 {
				t.Errorf("%q cites %v", it.Text, it.Cites)
			}
			for _, c := range it.Cites {
				if c.Session != "s" || c.Seq < 0 || c.Seq > 4 {
					t.Errorf("%v is no line", c)
				}
			}
		}
	})
}
