package pages

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/web"
)

func TestClock(t *testing.T) {
	for ms, want := range map[int64]string{-5: "0:00", 0: "0:00", 7_999: "0:07", 754_000: "12:34", 3_599_999: "59:59", 3_723_000: "1:02:03"} {
		if got := clock(ms); got != want {
			t.Errorf("clock(%d) = %s, want %s", ms, got, want)
		}
	}
}

func TestDay(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 5, 0, 0, time.UTC)
	for hours, want := range map[int]string{0: "Today", -1: "Yesterday", -24: "Yesterday", -25: "Fri 27 Feb", -24 * 100: "21 Nov 2025"} {
		if got := day(now.Add(time.Duration(hours)*time.Hour), now); got != want {
			t.Errorf("%d hours ago is %s, want %s", hours, got, want)
		}
	}
}

func TestScaleIsRoundAndFits(t *testing.T) {
	for _, ms := range []int64{0, 1, 4_000, 31_000, 45_000, 250_000, 3_600_000, 10_800_000, 1_000_000_000} {
		end, step := scale(ms)
		if end < ms || end%step != 0 || end > 2*ms+5_000 || step < 14_400_000 && end/step > 6 {
			t.Errorf("scale(%d) = %d in steps of %d", ms, end, step)
		}
	}
}

func TestCast(t *testing.T) {
	names := []string{"Ana", "Alan", "Ana Ruiz", "ben_kim", "Guest 12", "Guest 3", "", "👩‍👩‍👧 fam", "éva", "שרה"}
	var speakers []models.Speaker
	for i, n := range names {
		speakers = append(speakers, models.Speaker{ID: fmt.Sprint("id", i), Name: n, FirstMS: int64(i)})
	}
	c := newCast(speakers)
	var got []string
	for i := range names {
		p, known := c.find(fmt.Sprint("id", i), "another name")
		if !known {
			t.Errorf("%q is not known", names[i])
		}
		got = append(got, p.Initials+"/"+p.Class)
	}
	want := "A/c0 Al/c1 AR/c2 BK/c3 G12/c4 G3/c5 U/c6 👩‍👩‍👧F/c7 É/c0 outline ש/c1 outline"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	c.put(models.Speaker{ID: "id1", Name: "Zoë", Role: models.RoleHost})
	if p, _ := c.find("id1", ""); p.Name != "Zoë" || p.Initials != "Z" || p.Class != "c1" || p.Role != "host" {
		t.Errorf("after a new name: %+v", p)
	}
}

func TestMarkMatches(t *testing.T) {
	u := reviewtest.Said("s", 1, "x", 0, 5000, "No, no! No coin — buy coin now.")
	tests := []struct {
		name  string
		words []int
		want  string
	}{
		{"none", nil, "No, no! No coin — buy coin now."},
		{"the second of equal words", []int{6}, "No, no! No coin — buy [coin] now."},
		{"neighbours are joined", []int{2, 3}, "No, no! [No coin] — buy coin now."},
		{"first and last", []int{0, 7}, "[No,] no! No coin — buy coin [now.]"},
		{"all", []int{0, 1, 2, 3, 4, 5, 6, 7}, "[No, no! No coin — buy coin now.]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := bracketed(markMatches(u, []models.Flag{reviewtest.Flagged(u, "r", models.LevelLow, tt.words...)})); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	u.Words = []models.Word{{Text: "elsewhere"}, {Text: ""}}
	if got := bracketed(markMatches(u, []models.Flag{reviewtest.Flagged(u, "r", models.LevelLow, 0, 1)})); got != u.Text {
		t.Errorf("words that are not in the text: %s", got)
	}
}

func bracketed(parts []models.SnippetPart) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// FuzzMarkMatches holds that marking changes no letter of a text.
func FuzzMarkMatches(f *testing.F) {
	f.Add("buy my coin now", "my", " coin")
	f.Add("aaa a", "a", "aa")
	f.Add("é\xff", "\xff", "")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		u := models.Utterance{Text: text, Words: []models.Word{{Text: one, EndMS: 1}, {Text: two, StartMS: 1, EndMS: 2}}}
		got := bracketedPlain(markMatches(u, []models.Flag{{Matched: u.Words[1:]}}))
		if got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}

func bracketedPlain(parts []models.SnippetPart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// FuzzInitials takes any name that can be shown.
func FuzzInitials(f *testing.F) {
	for _, s := range []string{"Ana", "Guest 12", "_", "\u0301\u0301", strings.Repeat("é", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if in := newCast(nil).initials(web.CleanName(s)); in == "" || len(in) > 128 {
			t.Errorf("%q has initials of %d bytes", s, len(in))
		}
	})
}

func TestLinesOfOnePersonAreGrouped(t *testing.T) {
	p := &painter{s: &Pages{Config: Config{Location: time.UTC}}, cast: newCast(nil)}
	us := []models.Utterance{
		reviewtest.Said("s", 1, "Ana", 0, 1000, "one"), reviewtest.Said("s", 2, "Ana", 1500, 2000, "two"), reviewtest.Said(
			"s", 3, "Ben", 2100, 3000, "three",
		),
		reviewtest.Said("s", 4, "Ben", 30_000, 31_000, "long after"), reviewtest.Said(
			"s", 5, "Ben", 32_000, 33_000, "after a gap",
		), reviewtest.Said("s", 6, "Ben", 33_000, 34_000, "six"),
	}
	var got []bool
	for _, it := range p.items(us, []models.Gap{{StartMS: 31_500, EndMS: 31_900}}, nil) {
		if it.Line != nil {
			got = append(got, it.Line.Cont)
		}
	}
	if want := "[false true false false false true]"; fmt.Sprint(got) != want {
		t.Errorf("continued: %v, want %s", got, want)
	}
}
