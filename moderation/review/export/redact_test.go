package export

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
)

func TestMasking(t *testing.T) {
	tr := Transcript{
		Speakers: []models.Speaker{{ID: "u-ana", Name: "Ana María O'Neil"}, {ID: "b", Name: "Will Smith"}},
		Utterances: []models.Utterance{
			line("Ana", 0, "Then Zoltan came. Zoltan was late."), line("Ana", 1, "My name is petronella and that's it."),
			{Text: "Der Hund von Ana ist im Garten.", Language: "de"},
		},
	}
	m := newMasker(tr)
	for _, tt := range []struct{ in, want string }{
		{"Welcome everyone to the room.", "Welcome everyone to the room."},
		{"Ana's idea, and ANA agreed, ana!", "█████ idea, and ███ agreed, ███!"},
		{"I will ask Will on Monday.", "I will ask ████ on Monday."},
		{"Zoltan is here, said petronella.", "██████ is here, said ██████████."},
		{"Write to ana.b@mail.example or ben @ x.org", "Write to ██████████████████ or ███ █ █████"},
		{"It is joe at example dot com today", "It is ███ ██ ███████ ███ ███ today"},
		{"See https://a.example/x?y=1 or www.b.test, or shop.com", "See ███████████████████████ or ███████████ or ████████"},
		{"Call +49 (30) 123-456 now, room 12b", "Call ███ ████ ███████ now, room ███"},
		{"five five five one two three", "████ ████ ████ ███ ███ █████"},
		{"I have two dogs and three cats", "I have two dogs and three cats"},
		{"Thanks @ben_42 and thanks", "Thanks ███████ and thanks"},
		{"We flew to Paris in March.", "We flew to █████ in March."},
		{"Mr. Brown said so. Brown knows.", "Mr. Brown said so. Brown knows."},
	} {
		got := m.text(tt.in, "en")
		if tt.in[:2] == "Mr" { // a title ends no sentence for the reader; Brown is masked once it is known as a name
			m2 := newMasker(Transcript{Utterances: []models.Utterance{{Text: "I met Brown."}}})
			got, tt.want = m2.text(tt.in, "en"), "Mr. █████ said so. █████ knows."
		}
		if got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
	if got := m.text("Der Hund von Ana ist im Garten.", "de"); got != "Der Hund von ███ ist im Garten." {
		t.Errorf("German: %q", got)
	}
}

// secret is a transcript in which every kind of thing that must not be shared is in every place it can be in.
func secret() Transcript {
	t := sample()
	t.Session = &models.Session{ID: "ana-room-2026", Room: "ana-room", Name: "A room of Ana", URL: "lounge://ana.example/x"}
	t.Speakers = []models.Speaker{
		{Session: "ana-room-2026", ID: "ana@x.example", Name: "Ana"}, {Session: "ana-room-2026", ID: "ben", Name: "Benjamin"},
	}
	t.Utterances[0] = line("Ana", 12_000, "Benjamin, call 555 1234 or write to ana@x.example.")
	t.Utterances[0].SpeakerID = "ana@x.example"
	k := t.Utterances[0].Key
	t.Flags = []models.Flag{{
		ID: "Ana-1", Utterance: k, SpeakerID: "ana@x.example", SpeakerName: "Ana", Rule: "scam", Title: "About Ana",
		Matched: words(12_000, "Benjamin, call"), Why: "matched Benjamin", DecidedBy: "Ana",
	}}
	t.Gaps = append(t.Gaps, models.Gap{StartMS: 1})
	t.Source = "ana.wav"
	t.Summary = &models.Summary{
		Session: "ana-room-2026", Headline: "Ana and Benjamin talked.", Chapters: []models.Chapter{{Title: "Benjamin", Cites: []models.Key{k}}},
		Decisions: []models.SummaryItem{{Text: "Ana decided on 5.", SpeakerID: "ana@x.example", Cites: []models.Key{k}}},
		Talk:      []models.TalkShare{{SpeakerID: "ana@x.example", SpeakerName: "Ana"}}, Basis: "ab",
	}
	return t
}

// nameWord is a word that may be a name.
var nameWord = regexp.MustCompile(`[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*`)

var leaks = regexp.MustCompile(`(?i)\bana\b|benjamin|example|555|1234|ana-room|cem\b`)

func TestRedactedShareHoldsNoNameInAnyFormat(t *testing.T) {
	in := secret()
	before := asText(t, FormatJSON, in)
	out := Redact(in)
	for _, f := range Formats() {
		if !leaks.MatchString(asText(t, f, in)) && f != FormatSRT {
			t.Errorf("%s: nothing to find before: the test would prove nothing", f)
		}
		if got := asText(t, f, out); leaks.MatchString(got) {
			t.Errorf("%s: %q is in\n%s", f, leaks.FindString(got), got)
		}
	}
	if d := cmp.Diff(before, asText(t, FormatJSON, in)); d != "" {
		t.Errorf("the original was changed:\n%s", d)
	}
	if !strings.Contains(asText(t, FormatText, out), "Speaker 1") {
		t.Error("nobody is Speaker 1")
	}
}

func TestMaskedStretchesAreThoseOfTheWords(t *testing.T) {
	u := line("Ana", 1000, "Hello Benjamin Miller, good day.") // words of 300 ms each 400 ms
	out := Redact(Transcript{Speakers: []models.Speaker{{ID: "b", Name: "Benjamin Miller"}}, Utterances: []models.Utterance{u}})
	key := models.Key{Session: "session", Track: "track-1", Seq: 1000}
	if d := cmp.Diff([]Span{{key, 1400, 2100}}, out.Masked); d != "" {
		t.Error(d)
	}
	if got := out.Utterances[0].Words[1].Text; got != "████████" {
		t.Errorf("word %q", got)
	}
	// Words that are not those of the text cannot be told apart: the whole line is beeped.
	u.Words = words(1000, "Hullo Ben Jamin Miller good day")
	out = Redact(Transcript{Speakers: []models.Speaker{{ID: "b", Name: "Benjamin Miller"}}, Utterances: []models.Utterance{u}})
	if d := cmp.Diff([]Span{{key, 1000, 3300}}, out.Masked); d != "" {
		t.Error(d)
	}
	u.Words = nil
	out = Redact(Transcript{Speakers: []models.Speaker{{ID: "b", Name: "Benjamin Miller"}}, Utterances: []models.Utterance{u}})
	if d := cmp.Diff([]Span{{key, u.StartMS, u.EndMS}}, out.Masked); d != "" {
		t.Error(d)
	}
}

func asText(t testing.TB, f Format, tr Transcript) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, tr); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// FuzzRedact: no digit, no address and no part of a speaker's name is left of whatever was said, and every masked word
// has its stretch of sound.
func FuzzRedact(f *testing.F) {
	f.Add("Ana Lee", "ANA lee's number is 030-12 34, mail a@b.example", "Ana Lee")
	f.Add("O'Neil", "o’neil and O'NEIL", "ﬁ Ⅷ ٣")
	f.Add("İpek", "ipek İPEK", "x at y dot com")
	f.Fuzz(func(t *testing.T, name, text, text2 string) {
		us := []models.Utterance{line(name, 0, text), line("B", 10_000, text2)}
		us[1].Text = text + " " + text2 // words and text disagree
		tr := Transcript{Speakers: []models.Speaker{{ID: name, Name: name}}, Utterances: us}
		m := newMasker(tr)
		out := Redact(tr)
		var all []string
		for i, u := range out.Utterances {
			all = append(all, u.Text)
			for j, w := range u.Words {
				all = append(all, w.Text)
				inside := slices.ContainsFunc(out.Masked, func(s Span) bool {
					return s.Utterance == u.Key && s.StartMS <= w.StartMS && w.EndMS <= s.EndMS
				})
				if w.Text != us[i].Words[j].Text && strings.ContainsRune(w.Text, bar) && !inside {
					t.Errorf("word %d of line %d is masked and not beeped", j, i)
				}
			}
		}
		for _, s := range all {
			if strings.ContainsFunc(s, unicode.IsNumber) {
				t.Errorf("a number is left in %q", s)
			}
			for _, w := range nameWord.FindAllString(s, -1) {
				if len(m.Spans(strings.ToLower(w), "de")) > 0 { // in lower case only a name is found
					t.Errorf("the name %q is left in %q", w, s)
				}
			}
		}
	})
}
