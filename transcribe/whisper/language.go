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

// heardLeast is the lowest probability of a language that is reported.
const heardLeast = 0.01

// KnowsLanguage reports whether the library knows a language, by its ISO 639-1 code.
func KnowsLanguage(code string) bool {
	silence() // the library logs an unknown one
	return langID(code) >= 0
}

// findLanguage detects and sets the language of a decode if none is given, and returns the probabilities of the candidates.
// It costs one run of the encoder.
func (s *State) findLanguage(p *params, pcm []float32, o transcribe.Options) (map[string]float64, error) {
	if !s.model.info.Multilingual || o.Language != "" && o.Language != "auto" {
		return nil, nil
	}
	probs, ok := languages(s.model.ctx, s.c, &p.Params, pcm)
	if !ok {
		return nil, errors.New("language detection failed")
	}
	heard, err := among(probs, o.Languages)
	if err != nil {
		return nil, err
	}
	best := pick(heard, o.Prior, float64(len(pcm))/models.SampleRate)
	for lang, q := range heard {
		if q < heardLeast {
			delete(heard, lang)
		}
	}
	return heard, p.SetLanguage(langID(best))
}

// among returns the probabilities of the allowed languages, normalised to sum to 1, or of all languages if allowed is empty.
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

// pick returns the most likely language: the one with the largest sum of prior and seconds times probability.
func pick(heard, prior map[string]float64, seconds float64) (best string) {
	most := 0.0
	for _, lang := range slices.Sorted(maps.Keys(heard)) {
		if sum := prior[lang] + seconds*heard[lang]; best == "" || sum > most {
			best, most = lang, sum
		}
	}
	return best
}
