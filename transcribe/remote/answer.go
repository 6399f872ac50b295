package remote

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"unicode"

	"earshot/models"
	"earshot/transcribe"
)

// The most that thirty seconds of speech can hold; more is no transcription.
const (
	maxText  = 64 << 10
	maxWords = 4096
)

// slack is by how many ms word times may overlap or run past the sound without a doubt: servers round, and pad the sound.
const slack = 300

// answer is a response in verbose_json, with what whisper.cpp's and faster-whisper's servers add. A nil pointer is a value that
// the server did not send.
type answer struct {
	Text     *string   `json:"text"`
	Language string    `json:"language"`
	Segments []segment `json:"segments"`
	Words    []word    `json:"words"`
	// The probability of the language, under the names that servers give it.
	LanguageProbability *float64 `json:"language_probability"`
	DetectedProbability *float64 `json:"detected_language_probability"`
}

type segment struct {
	Start    float64           `json:"start"`
	End      float64           `json:"end"`
	Text     string            `json:"text"`
	Tokens   []json.RawMessage `json:"tokens"`
	LogProb  *float64          `json:"avg_logprob"`
	NoSpeech *float64          `json:"no_speech_prob"`
	OwnWords []word            `json:"words"`
}

type word struct {
	Word        string   `json:"word"`
	Start       *float64 `json:"start"`
	End         *float64 `json:"end"`
	Probability *float64 `json:"probability"`
}

// code is the ISO 639-1 code of the language that the server names; "" if it names none that Whisper knows.
func (a answer) code() string { return languageCode(a.Language) }

// heard is the evidence for the language that the server detected; nil if it detected none of the candidates. A detection
// whose probability is not told is one whole vote: the share of the votes decides, not one of them.
func (a answer) heard(o transcribe.Options) map[string]float64 {
	code := a.code()
	if !auto(o) || code == "" {
		return nil
	}
	for _, l := range o.Languages {
		if l == code {
			return map[string]float64{code: a.sureOfLanguage()}
		}
	}
	if len(o.Languages) == 0 {
		return map[string]float64{code: a.sureOfLanguage()}
	}
	return nil
}

func (a answer) sureOfLanguage() float64 {
	for _, p := range []*float64{a.LanguageProbability, a.DetectedProbability} {
		if share(p) {
			return *p
		}
	}
	return 1
}

// result converts the answer for a sound of so many ms after a lead of silence. An error means that it is impossible.
func (a answer) result(lead, length int64) (transcribe.Result, error) {
	r := transcribe.Result{Text: oneLine(*a.Text)}
	if r.Text == "" {
		return r, nil
	}
	words := a.allWords()
	if len(r.Text) > maxText || len(words) > maxWords {
		return r, errors.New("the server's answer is too long for its sound")
	}
	var timed, rated bool
	if r.Words, timed, rated = timedWords(words, r.Text, lead, length); r.Words == nil {
		r.Words, timed, rated = a.spread(r.Text, lead, length), true, false
	}
	logProb, known := a.logProb()
	if !known && rated {
		logProb, known = meanLog(r.Words), true
	}
	r.LogProb, r.NoSpeech = logProb, a.noSpeech()
	r.Unrated = !known || !timed
	if r.Tokens = a.tokens(); r.Tokens == 0 {
		r.Tokens = len(r.Words)
	}
	return r, nil
}

// allWords returns the words, from where the server put them.
func (a answer) allWords() []word {
	if len(a.Words) > 0 {
		return a.Words
	}
	var out []word
	for _, s := range a.Segments {
		out = append(out, s.OwnWords...)
	}
	return out
}

// timedWords converts words. It returns nil if they are not the words of the text, or have no times. timed is false if times
// are impossible by more than slack: they are then moved into the sound and into order. rated is whether each word has a
// probability; an unknown one is 0.
func timedWords(words []word, text string, lead, length int64) (out []models.Word, timed, rated bool) {
	var all strings.Builder
	timed, rated = true, true
	last := int64(0)
	for _, w := range words {
		spoken := oneLine(w.Word)
		if spoken == "" {
			continue
		}
		if w.Start == nil || w.End == nil {
			return nil, false, false
		}
		all.WriteString(spoken)
		start, end := toMS(*w.Start)-lead, toMS(*w.End)-lead
		timed = timed && start >= last-slack && start >= -slack && end >= start-slack && end <= length+slack
		start = min(max(start, last), length)
		end = min(max(end, start), length)
		last = start
		m := models.Word{Text: spoken, StartMS: start, EndMS: end}
		if share(w.Probability) {
			m.P = float32(*w.Probability)
		} else {
			rated = false
		}
		out = append(out, m)
	}
	if letters(all.String()) != letters(text) {
		return nil, false, false
	}
	if fields := strings.Fields(text); len(fields) == len(out) { // with the punctuation, which some servers leave out of words
		for i := range out {
			out[i].Text = fields[i]
		}
	}
	return out, timed, rated
}

// spread returns the words of a text of which nothing but the segment is known. A word is then somewhere in its segment, and
// unsure.
func (a answer) spread(text string, lead, length int64) (out []models.Word) {
	var all strings.Builder
	last := int64(0)
	for _, s := range a.Segments {
		start := min(max(toMS(s.Start)-lead, last), length)
		end := min(max(toMS(s.End)-lead, start), length)
		for f := range strings.FieldsSeq(s.Text) {
			all.WriteString(f)
			out = append(out, models.Word{Text: f, StartMS: start, EndMS: end})
		}
		last = start
	}
	if len(out) > 0 && len(out) <= maxWords && letters(all.String()) == letters(text) {
		return out
	}
	out = nil
	for f := range strings.FieldsSeq(text) {
		out = append(out, models.Word{Text: f, EndMS: length})
	}
	return out
}

// logProb is the mean log probability of the segments, weighted by their tokens; false if one did not tell.
func (a answer) logProb() (mean float64, known bool) {
	weight := 0.0
	for _, s := range a.Segments {
		if s.LogProb == nil || *s.LogProb > 0 {
			return 0, false
		}
		n := float64(max(1, len(s.Tokens)))
		mean, weight = mean+n**s.LogProb, weight+n
	}
	if weight == 0 {
		return 0, false
	}
	return mean / weight, true
}

// noSpeech is the mean probability that the segments contain no speech; 0 where it is not told, as for own models.
func (a answer) noSpeech() (mean float64) {
	n := 0.0
	for _, s := range a.Segments {
		if share(s.NoSpeech) {
			mean, n = mean+*s.NoSpeech, n+1
		}
	}
	return mean / max(1, n)
}

func (a answer) tokens() (n int) {
	for _, s := range a.Segments {
		n += len(s.Tokens)
	}
	return n
}

// meanLog is the mean log probability of words that all have one.
func meanLog(words []models.Word) (mean float64) {
	for _, w := range words {
		mean += math.Log(max(float64(w.P), 1e-4))
	}
	return mean / float64(len(words))
}

// share reports whether a value was sent and is a probability.
func share(p *float64) bool { return p != nil && *p >= 0 && *p <= 1 }

// toMS converts seconds, of which a server may send any number.
func toMS(seconds float64) int64 {
	const bound = 3600
	return int64(math.Round(1000 * max(-bound, min(bound, seconds))))
}

// oneLine returns a text without control characters and with single spaces.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// letters returns what two spellings of the same words share: letters, marks and digits in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// auto reports whether the server is to detect the language.
func auto(o transcribe.Options) bool { return o.Language == "" || o.Language == "auto" }
