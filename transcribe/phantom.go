package transcribe

import (
	"strings"

	"earshot/models"
)

// Filter marks doubtful results. The zero value knows the phrases that Whisper models are known to invent; NewFilter adds
// those of a particular model.
type Filter struct {
	known      map[string]bool // invented texts, in plain form
	confidence float64         // the minimum; 0 disables the check
}

// NewFilter returns a filter that also considers these whole texts invented, regardless of case and punctuation.
func NewFilter(phrases []string) Filter {
	f := Filter{known: make(map[string]bool, len(phrases))}
	for _, p := range phrases {
		if p = plain(p); p != "" {
			f.known[p] = true
		}
	}
	return f
}

// phantom reports whether the whole text is one that Whisper models produce from silence and noise: a caption credit, a
// description of a sound, or, where the audio is doubtful too, a polite commonplace. It never looks inside a text. Credits
// count in any language, since the model takes noise for any language; commonplaces only in the language decoded.
func (f Filter) phantom(c models.Clip, r Result) bool {
	if describesSound(r.Text) {
		return true
	}
	text := plain(r.Text)
	if f.known[text] {
		return true
	}
	for _, p := range phantoms {
		if p.credits[text] {
			return true
		}
		for _, start := range p.starts {
			if strings.HasPrefix(text, start) {
				return true
			}
		}
	}
	return weak(c, r) && (text == "" || commonplace(text, r.Language))
}

// weak reports whether the audio gives reason to doubt that anything was said.
func weak(c models.Clip, r Result) bool {
	return r.NoSpeech > maxNoSpeech || r.LogProb < minLogProbSilent || c.VoicedMS < 2*minVoicedMS ||
		float64(c.VoicedMS) < 2*minVoicedShare*float64(c.DurationMS()) || c.LevelDBFS < minLevelDBFS+10
}

// commonplace looks a text up among those of a language, or of all languages when it has no list.
func commonplace(text, language string) bool {
	if p, ok := phantoms[language]; ok {
		return p.commonplaces[text]
	}
	for _, p := range phantoms {
		if p.commonplaces[text] {
			return true
		}
	}
	return false
}

// describesSound reports whether the whole text is in brackets, asterisks or musical notes, as captions describe sounds:
// "[music]".
func describesSound(text string) bool {
	text = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(text), ".!"))
	if strings.Trim(text, "♪♫🎵 ") == "" {
		return true
	}
	for _, pair := range []struct{ open, end string }{{"[", "]"}, {"(", ")"}, {"*", "*"}, {"♪", "♪"}, {"（", "）"}, {"【", "】"}} {
		inner, ok := strings.CutPrefix(text, pair.open)
		if !ok {
			continue
		}
		inner, ok = strings.CutSuffix(inner, pair.end)
		if ok && !strings.ContainsAny(inner, pair.open+pair.end) {
			return true
		}
	}
	return false
}
