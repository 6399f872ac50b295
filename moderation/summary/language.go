package summary

import (
	"strings"

	"github.com/kljensen/snowball/english"

	"earshot/models"
)

// language holds what is known about a language: its words without a topic, its stems, and the cues of decisions, actions and
// questions. Sessions in languages without one are summarised too, but without those three lists.
type language struct {
	english bool
	stop    map[string]bool
	stem    func(string) string
	// judge returns a function that scores the sentences of one session.
	judge func(d *document, l Lists) func(unit int) judged
}

// languages returns the known languages by Whisper's codes. Whisper often takes Indonesian for Malay.
func languages() map[string]*language {
	en := &language{
		english: true, stop: stopWords,
		stem:  func(w string) string { return english.Stem(w, false) },
		judge: func(d *document, l Lists) func(int) judged { return newJudge(d, l).judge },
	}
	id := &language{
		stop: idStop, stem: idStem,
		judge: func(d *document, _ Lists) func(int) judged {
			return func(n int) judged {
				s := newIndonesian(&d.units[n], d.named)
				return judged{scores: [kinds]float64{decision: s.decision(), action: s.action(), question: s.question()}}
			}
		},
	}
	out := map[string]*language{"en": en, "id": id, "ms": id}
	for code, w := range cuesInText {
		out[code] = &language{
			stem:  func(word string) string { return word },
			judge: func(d *document, _ Lists) func(int) judged { return func(n int) judged { return w.judge(d, n) } },
		}
	}
	out["yue"] = out["zh"]
	return out
}

var cuesInText = map[string]*textCues{
	"ja": readTextCues("ja"), "ko": readTextCues("ko"), "th": readTextCues("th"), "zh": readTextCues("zh"),
}

// languageOf returns the known language of at least half of the lines, or nil. For lines without a language, their text tells.
func languageOf(lines []*models.Utterance) *language {
	known := languages()
	count := map[*language]int{}
	var unnamed []string
	for _, u := range lines {
		if u.Language == "" {
			unnamed = append(unnamed, u.Text)
			continue
		}
		count[known[u.Language]]++
	}
	if len(unnamed) > 0 {
		count[known[guess(unnamed)]] += len(unnamed)
	}
	for _, code := range []string{"en", "id", "ja", "ko", "th", "zh"} {
		if l := known[code]; 2*count[l] >= len(lines) {
			return l
		}
	}
	return nil
}

// otherStop holds the most frequent words without a topic in languages that are not known otherwise.
var otherStop = readWords("other").set("stop")

// silent reports whether a word carries no topic.
func (d *document) silent(low string) bool {
	return stopWords[low] || otherStop[low] || d.lang != nil && d.lang.stop[low]
}

// idStem removes the Indonesian suffixes -nya, -ku, -mu, -lah and -kah.
func idStem(w string) string {
	for _, end := range []string{"nya", "lah", "kah", "ku", "mu"} {
		if root, ok := strings.CutSuffix(w, end); ok && len(root) >= 4 {
			return root
		}
	}
	return w
}
