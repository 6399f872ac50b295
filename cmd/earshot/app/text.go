package app

import (
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe"
)

// textConfig adds what the settings say of languages, vocabulary and partial text to a decoding service's configuration.
func (s *Station) textConfig(c transcribe.Config) (transcribe.Config, error) {
	if err := s.profiles.speak(s.Speech.Notice != ""); err != nil {
		return c, err
	}
	var err error
	if c.Filter, err = speech.NewFilter(s.cfg, s.Speech.Notice != ""); err != nil {
		return c, models.BadInput(err)
	}
	c.Options = func(clip models.Clip) transcribe.Options {
		return s.profiles.of(s.Sessions.Profile(clip.Session)).decoding()
	}
	c.Fetch = s.Store.Clip
	if s.small != nil {
		c.Fallback, c.FallbackModel = s.small.Engines, s.small.Name
	}
	if s.cfg.Partials > 0 {
		c.Partial = func(p models.Partial) { s.Sessions.Partial(p) }
		c.FirstPartial = s.count.FirstPartial
	}
	return c, nil
}
