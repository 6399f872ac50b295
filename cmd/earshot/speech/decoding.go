package speech

import (
	"fmt"
	"strings"

	"earshot/bot/audio"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// DecodeOptions are the settings for every clip. practice says that the practice model is used, which was not made for
// prompts.
func DecodeOptions(cfg configs.Config, practice bool, rules *engine.Set) (transcribe.Options, error) {
	languages, err := languagesOf(cfg)
	o := transcribe.Options{Language: "auto"}
	switch {
	case err != nil:
		return o, err
	case len(languages) == 1:
		o.Language = languages[0]
	default:
		o.Languages = languages
	}
	if !practice {
		o.Prompt = prompt(cfg.Vocabulary, rules)
	}
	return o, nil
}

// languagesOf lists the languages that may be spoken, the main one first; none means any.
func languagesOf(cfg configs.Config) ([]string, error) {
	if cfg.Language == "auto" {
		return nil, nil
	}
	var out []string
	for l := range strings.SplitSeq(cfg.Language, ",") {
		l = strings.TrimSpace(l)
		if !whisper.KnowsLanguage(l) {
			return nil, models.WithHint(fmt.Errorf("language: Whisper knows no %q", l), "use ISO 639-1 codes such as en, id or de, or auto")
		}
		out = append(out, l)
	}
	return out, nil
}

// MainLanguage is the language in which the bot speaks of itself.
func MainLanguage(cfg configs.Config) string {
	first, _, _ := strings.Cut(cfg.Language, ",")
	return strings.TrimSpace(first)
}

// prompt tells the model names and words of the topic, so that it can spell them. It leaves out whatever a rule looks
// for: a model hears what its prompt holds, also where nobody said it.
func prompt(vocabulary []string, rules *engine.Set) string {
	var words []string
	for _, w := range vocabulary {
		if !flagged(w, rules) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, ", ") + "."
}

// flagged reports whether a rule would find something in a text if it were said.
func flagged(text string, rules *engine.Set) bool {
	if rules == nil {
		return false
	}
	u := models.Utterance{
		Key: models.Key{
			Session: "vocabulary", Epoch: 1, Track: "t", Seq: 1,
		},
		SpeakerID: "s", SpeakerName: "s", Attribution: models.AttributionTrack,
		EndMS: 1000, Text: text, State: models.UtteranceOK, VoicedMS: 1000, LevelDBFS: -20,
	}
	for i, w := range strings.Fields(text) {
		u.Words = append(u.Words, models.Word{Text: w, StartMS: int64(i), EndMS: int64(i + 1), P: 1})
	}
	return len(engine.NewSession(rules, models.Session{ID: "vocabulary"}).Judge(u)) > 0
}

// SegmentConfig is how the settings say that speech is cut.
func SegmentConfig(cfg configs.Config) audio.SegmentConfig {
	s := audio.DefaultSegmentConfig()
	s.EndSilenceMS = int(cfg.Segment.EndSilence.Milliseconds())
	s.PreRollMS = int(cfg.Segment.PreRoll.Milliseconds())
	s.MinVoicedMS = int(cfg.Segment.Minimum.Milliseconds())
	s.MaxMS = int(cfg.Segment.Maximum.Milliseconds())
	s.PostRollMS = min(s.PostRollMS, s.EndSilenceMS)
	return s
}
