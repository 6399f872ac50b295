package whisper

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"earshot/models"
	"earshot/transcribe"

	bindings "github.com/ggerganov/whisper.cpp/bindings/go"
)

// heardLeast is the least probability with which a language is told.
const heardLeast = 0.01

// KnowsLanguage reports whether the library knows a language, by its ISO 639-1 code.
func KnowsLanguage(code string) bool {
	silence() // or it complains of an unknown one itself
	return langID(code) >= 0
}

// findLanguage sets the language of a decode where it is to be found out, and tells the probabilities of those in
// question. It costs as much as one run of the encoder.
func (s *State) findLanguage(p *params, pcm []float32, o transcribe.Options) (map[string]float64, error) {
	if !s.model.info.Multilingual || o.Language != "" && o.Language != "auto" {
		return nil, nil
	}
	probs, ok := languages(s.model.ctx, s.c, &p.Params, pcm)
	if !ok {
		return nil, errors.New("the language can't be found")
	}
	heard, err := among(probs, o.Languages)
	if err != nil {
		return nil, err
	}
	best := lean(heard, o.Lean, float64(len(pcm))/models.SampleRate)
	for lang, q := range heard {
		if q < heardLeast {
			delete(heard, lang)
		}
	}
	return heard, p.SetLanguage(langID(best))
}

// among gives the probabilities of the allowed languages, made to sum up to 1, or of all of them.
func among(probs []float32, allowed []string) (map[string]float64, error) {
	out := map[string]float64{}
	if len(allowed) == 0 {
		for id, p := range probs {
			out[bindings.Whisper_lang_str(id)] = float64(p)
		}
		return out, nil
	}
	sum := 0.0
	for _, lang := range allowed {
		id := langID(lang)
		if id < 0 || id >= len(probs) {
			return nil, fmt.Errorf("unknown language %q", lang)
		}
		out[lang] = float64(probs[id])
		sum += out[lang]
	}
	for lang := range out {
		if sum > 0 {
			out[lang] /= sum
		} else {
			out[lang] = 1 / float64(len(out))
		}
	}
	return out, nil
}

// lean picks the language for which most speaks: what was known before, in seconds, and this sound.
func lean(heard, before map[string]float64, seconds float64) (best string) {
	most := 0.0
	for _, lang := range slices.Sorted(maps.Keys(heard)) {
		if sum := before[lang] + seconds*heard[lang]; best == "" || sum > most {
			best, most = lang, sum
		}
	}
	return best
}
