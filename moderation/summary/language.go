package summary

import (
	"strings"

	"github.com/kljensen/snowball/english"

	"earshot/models"
)

// language is what is known of a language besides its spaces: which words carry no topic, and by which cues decisions,
// tasks, questions and changes of topic are told. A language without one is summed up all the same, but for these lists.
type language struct {
	english bool
	stop    map[string]bool
	stem    func(string) string
	// judge makes what scores the sentences of one session.
	judge func(d *document) func(unit int) judged
}

// languages are those that are known, by the codes that Whisper gives. Whisper often takes Indonesian for Malay.
func languages() map[string]*language {
	en := &language{
		english: true, stop: stopWords,
		stem: func(w string) string { return english.Stem(w, false) },
		judge: func(d *document) func(int) judged {
			spell := newSpeller(cueWords())
			return func(n int) judged { return d.judgeEnglish(n, spell) }
		},
	}
	id := &language{
		stop: idStop, stem: idStem,
		judge: func(d *document) func(int) judged {
			return func(n int) judged {
				s := newIndonesian(&d.units[n], d.people)
				return judged{scores: [kinds]float64{decision: s.decision(), action: s.action(), question: s.question()}}
			}
		},
	}
	return map[string]*language{"": en, "en": en, "id": id, "ms": id}
}

// languageOf is the language of at least half of the lines, or nil. Lines without one count as English.
func languageOf(lines []*models.Utterance) *language {
	known := languages()
	count := map[*language]int{}
	for _, u := range lines {
		count[known[u.Language]]++
	}
	for _, code := range []string{"en", "id"} {
		if l := known[code]; 2*count[l] >= len(lines) {
			return l
		}
	}
	return nil
}

// silent reports whether a word carries no topic.
func (d *document) silent(low string) bool {
	return stopWords[low] || d.lang != nil && d.lang.stop[low]
}

// idStem takes the endings off that Indonesian hangs on nouns: -nya, -ku, -mu, -lah, -kah.
func idStem(w string) string {
	for _, end := range []string{"nya", "lah", "kah", "ku", "mu"} {
		if root, ok := strings.CutSuffix(w, end); ok && len(root) >= 4 {
			return root
		}
	}
	return w
}
