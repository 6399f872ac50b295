package export

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// bar stands for one masked character.
const bar = '█'

// masker finds what is to be masked in a text.
type masker struct {
	names map[string]bool // lower case; masked however it is written
	caps  map[string]bool // lower case; masked where it is written with a capital
}

var (
	address = regexp.MustCompile(`(?i)[\p{L}\p{N}._%+'-]+(?:@|\s@\s)[\p{L}\p{N}.-]+|@[\p{L}\p{N}_]+|\b(?:https?://|www\.)\S+|\b[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:com|org|net|edu|gov|io|ly|me|info|biz|xyz|app|dev|co|uk|de|id)\b\S*`)
	// spelled is an address as people say it: ana at example dot com.
	spelled = regexp.MustCompile(`(?i)\b[\p{L}\p{N}]+(?:\s+(?:dot|underscore|dash|minus)\s+[\p{L}\p{N}]+)*\s+at\s+[\p{L}\p{N}]+(?:\s+dot\s+[\p{L}\p{N}]+)+|\b[\p{L}\p{N}]+\s+dot\s+(?:com|org|net|edu|gov|io|info|co|me)\b`)
	digits  = regexp.MustCompile(`[+(]?[\p{L}\p{M}]*\p{N}(?:[\p{L}\p{M}\p{N}]|[ .,:/()+'-]+\p{N})*`)
	// numbers are three or more number words in a row, as in a telephone or card number.
	numbers    = regexp.MustCompile(`(?i)\b(?:` + numberWord + `)(?:[\s,-]+(?:and\s+)?(?:` + numberWord + `)){2,}\b`)
	introduced = regexp.MustCompile(`\b(?i:my name is|my name's|i am called|i'm called|her name is|his name is|their name is)\s+([\p{L}\p{M}'’-]+)((?:\s+\p{Lu}[\p{L}\p{M}'’-]*)*)`)
	nameWord   = regexp.MustCompile(`[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*`)
)

const numberWord = `zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|` +
	`nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|double|triple`

// ordinary are words with a capital that are no names, and words that are names and words alike: these are masked only
// where they are written with a capital.
var (
	ordinary = lowerSet(`i monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
october november december ok okay yes no well so and but hello hi mr mrs ms dr`)
	ambiguous = lowerSet(`will may mark rose grace hope joy art bill sue pat rob drew frank june april august angel amber dawn faith ivy jack jay
lily mike max nick norm ray rich rusty sandy sky star sunny summer victor violet wade ward the a an of de van von der la le el bin al no so in on at to my me do
host guest speaker user listener moderator admin somebody someone everybody`)
)

func lowerSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// newMasker learns the names of a transcript: of its speakers, of those who are introduced, and the words that are
// written with a capital inside a sentence. German writes all nouns so, where the last tells nothing.
func newMasker(t Transcript) masker {
	m := masker{names: map[string]bool{}, caps: map[string]bool{}}
	for _, n := range t.OtherNames {
		m.addName(n)
	}
	for _, p := range t.Speakers {
		m.addName(p.Name)
		m.addName(p.ID)
	}
	for _, u := range t.Utterances {
		m.addName(u.SpeakerName)
		for _, found := range introduced.FindAllStringSubmatch(u.Text, -1) {
			m.addName(found[1] + found[2])
		}
		if u.Language != "de" {
			m.addCapitals(u.Text)
		}
	}
	for _, f := range t.Flags {
		m.addName(f.SpeakerName)
		m.addName(f.DecidedBy)
	}
	for _, g := range t.Gaps {
		m.addName(g.SpeakerName)
	}
	if t.Summary != nil {
		for _, p := range t.Summary.Talk {
			m.addName(p.SpeakerName)
		}
	}
	return m
}

// addName adds the words of a name.
func (m masker) addName(name string) {
	for _, w := range nameWord.FindAllString(name, -1) {
		w = strings.ToLower(w)
		switch {
		case ambiguous[w] || utf8.RuneCountInString(w) < 2:
			m.caps[w] = true
		default:
			m.names[w] = true
		}
	}
}

func (m masker) addCapitals(text string) {
	for _, at := range nameWord.FindAllStringIndex(text, -1) {
		w := text[at[0]:at[1]]
		if low := strings.ToLower(w); capital(w) && !firstInSentence(text, at[0]) && !plainCapital(low) {
			m.caps[strings.TrimSuffix(strings.TrimSuffix(low, "'s"), "’s")] = true
		}
	}
}

func capital(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

// plainCapital reports whether a word is written with a capital without being a name: I, I'm, Monday.
func plainCapital(low string) bool {
	head, _, _ := strings.Cut(strings.ReplaceAll(low, "’", "'"), "'")
	return ordinary[head]
}

// firstInSentence reports whether a sentence begins at i.
func firstInSentence(text string, i int) bool {
	before := strings.TrimRight(text[:i], " \"'“‘(¿¡-–—…")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".?!:\n")
}

// spans are the parts of a text to be masked, in order, apart from each other: [from, to) in bytes.
func (m masker) spans(text, language string) [][2]int {
	var found [][2]int
	for _, re := range []*regexp.Regexp{address, spelled, digits, numbers} {
		for _, at := range re.FindAllStringIndex(text, -1) {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	for _, at := range nameWord.FindAllStringIndex(text, -1) {
		if m.isName(text, at[0], at[1], language) {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return a[0] - b[0] })
	var out [][2]int
	for _, f := range found {
		if n := len(out); n > 0 && f[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], f[1])
		} else {
			out = append(out, f)
		}
	}
	return out
}

// isName reports whether the word text[from:to] is a name, or made of one: Ana, Ana's, Ana-Maria.
func (m masker) isName(text string, from, to int, language string) bool {
	w := text[from:to]
	parts := append(strings.FieldsFunc(w, func(r rune) bool { return r == '\'' || r == '’' || r == '-' }), w)
	for _, p := range parts {
		low := strings.ToLower(p)
		if m.names[low] || capital(p) && m.caps[low] {
			return true
		}
	}
	return language != "de" && capital(w) && !firstInSentence(text, from) && !plainCapital(strings.ToLower(w))
}

// text masks a text.
func (m masker) text(s, language string) string { return masked(s, m.spans(s, language)) }

func masked(s string, spans [][2]int) string {
	var b strings.Builder
	from := 0
	for _, sp := range spans {
		b.WriteString(s[from:sp[0]])
		b.WriteString(bars(s[sp[0]:sp[1]]))
		from = sp[1]
	}
	b.WriteString(s[from:])
	return b.String()
}

// bars is a text with every character but spaces masked.
func bars(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return bar
	}, s)
}

// hits says which of a line's words lie in the spans of its text; false when the words are not those of the text.
func hits(u models.Utterance, spans [][2]int) ([]bool, bool) {
	out := make([]bool, len(u.Words))
	pos := 0
	for i, w := range u.Words {
		said := strings.TrimSpace(w.Text)
		at := strings.Index(u.Text[pos:], said)
		if at < 0 || said == "" ||
			strings.ContainsFunc(u.Text[pos:pos+at], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			return out, false
		}
		from := pos + at
		pos = from + len(said)
		out[i] = slices.ContainsFunc(spans, func(s [2]int) bool { return s[0] < pos && from < s[1] })
	}
	rest := u.Text[pos:]
	return out, !strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}
