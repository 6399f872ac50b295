package transcribe

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// Doubts calls Filter.Doubts of the zero Filter.
func Doubts(c models.Clip, r Result) []models.Doubt { return Filter{}.Doubts(c, r) }

// Doubts returns the reasons not to trust the result for a clip, in a fixed order. An empty text, which claims nothing, has
// none.
func (f Filter) Doubts(c models.Clip, r Result) []models.Doubt {
	if r.Text == "" {
		return nil
	}
	var out []models.Doubt
	for _, d := range []struct {
		is   bool
		name models.Doubt
	}{
		{f.phantom(c, r), models.DoubtPhantom},
		{repeats(c, r), models.DoubtRepeat},
		{lowVoice(c, r), models.DoubtLowVoice},
		{lowConfidence(c, r) || f.unsure(c, r), models.DoubtLowConfidence},
		{f.lossy(c), models.DoubtLoss},
	} {
		if d.is {
			out = append(out, d.name)
		}
	}
	return out
}

func lowVoice(c models.Clip, r Result) bool {
	return c.VoicedMS < minVoicedMS ||
		float64(c.VoicedMS) < minVoicedShare*float64(c.DurationMS()) ||
		c.LevelDBFS < minLevelDBFS ||
		float64(utf8.RuneCountInString(r.Text)) > 10+maxCharsPerSecond*seconds(c.VoicedMS)
}

// lowConfidence reports one strong sign of a bad decode, or two weak ones.
func lowConfidence(c models.Clip, r Result) bool {
	if r.Unrated || r.Capped || r.LogProb < minLogProb || sparse(c, r) {
		return true
	}
	signs := 0
	for _, sign := range []bool{
		r.LogProb < minLogProbSilent,
		r.LogProb < minLogProbUnsure && wordTrust(r) < minWordTrust,
		r.NoSpeech > maxNoSpeech,
	} {
		if sign {
			signs++
		}
	}
	return signs >= 2
}

// sparse reports whether long speech has hardly any text: it was music, or the model gave up.
func sparse(c models.Clip, r Result) bool {
	return c.VoicedMS >= minSparseMS && float64(utf8.RuneCountInString(r.Text)) < minCharsPerSecond*seconds(c.VoicedMS)
}

// wordTrust returns the mean word probability; 1 without words.
func wordTrust(r Result) float64 {
	if len(r.Words) == 0 {
		return 1
	}
	sum := 0.0
	for _, w := range r.Words {
		sum += float64(w.P)
	}
	return sum / float64(len(r.Words))
}

// lossy reports whether too much of the clip is concealed. With a confidence threshold, which accounts for concealment, the
// bound is higher.
func (f Filter) lossy(c models.Clip) bool {
	most := maxConcealedShare
	if f.confidence > 0 {
		most = mostConcealedShare
	}
	return c.ConcealedMS > maxConcealedMS || concealedShare(c) > most
}

// repeats reports whether the text loops: a phrase repeated too often or faster than anybody speaks, or a text that
// compresses too well.
func repeats(c models.Clip, r Result) bool {
	words := strings.Fields(plain(r.Text))
	times := longestRun(words)
	fast := float64(len(words)) > 2+maxWordsPerSecond*seconds(c.VoicedMS)
	return times >= 6 || times >= 3 && fast || compression(r.Text) > maxCompression
}

// longestRun returns the longest run of back-to-back repetitions of a phrase of up to 8 words.
func longestRun(words []string) int {
	best := min(1, len(words))
	for n := 1; n <= 8; n++ {
		same := 0 // words that equal the one n before, in a row
		for i := n; i < len(words); i++ {
			if words[i] != words[i-n] {
				same = 0
				continue
			}
			same++
			best = max(best, 1+same/n)
		}
	}
	return best
}

// compressors are reused: each has a megabyte of tables.
var compressors = sync.Pool{New: func() any { return zlib.NewWriter(io.Discard) }}

// compression returns the ratio of a text's size to its zlib-compressed size.
func compression(text string) float64 {
	w := compressors.Get().(*zlib.Writer) //nolint:forcetypeassert // nothing else is put there
	defer compressors.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	_, _ = w.Write([]byte(text)) // a buffer does not fail
	_ = w.Close()
	return float64(len(text)) / float64(b.Len())
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

// plain returns a text in lower case without punctuation, its words separated by single spaces.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			return unicode.ToLower(r)
		case r == '\'', r == '\u2019':
			return -1
		}
		return ' '
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
