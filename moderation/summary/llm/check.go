package llm

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/summary"
)

const (
	maxCites    = 5
	maxTitle    = 80  // characters
	leastShared = 0.6 // of a point's longer words must be words of the lines it cites
)

// checker knows the people of a session.
type checker struct {
	names map[string]string // speaker -> name
	parts map[string]bool   // the words of all names, lower case
}

func newChecker(in summary.Input) *checker {
	c := &checker{names: map[string]string{}, parts: map[string]bool{}}
	add := func(id, name string) {
		c.names[id] = name
		for _, w := range tokens(name) {
			c.parts[strings.ToLower(w)] = true
		}
	}
	for _, p := range in.Speakers {
		add(p.ID, p.Name)
	}
	for u := range in.All() {
		add(u.SpeakerID, u.SpeakerName)
	}
	return c
}

// point turns what the model wrote into an item, or refuses it.
func (c *checker) point(p point, lines []models.Utterance) (models.SummaryItem, bool) {
	cited, ok := pick("L", p.Cites, lines, maxCites)
	known := slices.Contains([]string{"highlight", "decision", "action", "question"}, p.Kind)
	if !ok || !known || !c.supported(p.Text, cited) {
		return models.SummaryItem{}, false
	}
	it := models.SummaryItem{Text: summary.Presentable(p.Text), SpeakerID: cited[0].SpeakerID, StartMS: cited[0].StartMS}
	for _, u := range cited {
		it.Cites = append(it.Cites, u.Key)
		it.EndMS = max(it.EndMS, u.EndMS)
		it.StartMS = min(it.StartMS, u.StartMS)
		if u.SpeakerID != it.SpeakerID {
			it.SpeakerID = ""
		}
	}
	return it, true
}

func (c *checker) title(title string, lines []models.Utterance) bool {
	return utf8.RuneCountInString(title) <= maxTitle && c.supported(title, lines)
}

// pick finds the cited lines: "L3" is the third. Every id must be known, and there is at least one and at most most.
func pick(prefix string, cites []string, lines []models.Utterance, most int) ([]models.Utterance, bool) {
	var out []models.Utterance
	seen := map[int]bool{}
	for _, id := range cites {
		digits, ok := strings.CutPrefix(id, prefix)
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n < 1 || n > len(lines) {
			return nil, false
		}
		if !seen[n] {
			seen[n] = true
			out = append(out, lines[n-1])
		}
	}
	return out, len(out) >= 1 && len(out) <= most
}

// supported reports whether a text says only what the lines may have said: no name, no number and no link of its own,
// most of its words theirs, and nothing for another machine to obey.
func (c *checker) supported(text string, lines []models.Utterance) bool {
	if strings.TrimSpace(text) == "" || summary.Presentable(text) != strings.Join(strings.Fields(text), " ") || summary.ForMachines(text) {
		return false // the first also when it holds a link, is too long or hides characters
	}
	own := map[string]bool{}
	starts := map[string]bool{}
	for _, u := range lines {
		for _, w := range append(tokens(u.Text), tokens(u.SpeakerName)...) {
			low := strings.ToLower(w)
			own[low], starts[start(low)] = true, true
		}
	}
	said := saidIn(lines)
	for _, s := range sentencesOf(text) {
		if !borneOut(s, said) {
			return false
		}
	}
	long, shared := 0, 0
	for i, w := range tokens(text) {
		low := strings.ToLower(w)
		if !own[low] && (c.parts[low] || mustBeCited(w, i) || i == 0 && !starts[start(low)] && !begins(low)) {
			return false
		}
		if utf8.RuneCountInString(w) >= longWord {
			long++
			if own[low] || starts[start(low)] {
				shared++
			}
		}
	}
	return long > 0 && float64(shared) >= leastShared*float64(long)
}

// mustBeCited reports whether a word is a number or is written like a name.
func mustBeCited(w string, i int) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return isNumber(strings.ToLower(w)) || i > 0 && unicode.IsUpper(r) && w != "I"
}

// begins reports whether a word that the lines don't hold may begin a sentence about them: one that begins with any other
// word may begin with a name.
func begins(low string) bool {
	return summary.Ordinary(low) ||
		slices.Contains(strings.Fields("group team speaker speakers discussion participants agreed decision plan members"), low)
}
