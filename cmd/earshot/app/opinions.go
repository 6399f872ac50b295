package app

import (
	"log/slog"

	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/moderation/live"
	"earshot/moderation/opinion"
)

// openOpinions takes the model that is asked for second opinions from the settings; nil when none is to be asked.
func openOpinions(cfg configs.Opinion, log *slog.Logger) (*live.Opinions, error) {
	if cfg.URL == "" {
		return nil, nil
	}
	key := ""
	if cfg.KeyFile != "" {
		var err error
		if key, err = secrets.File(cfg.KeyFile); err != nil {
			return nil, err
		}
	}
	c, err := opinion.New(opinion.Config{URL: cfg.URL, Model: cfg.Model, Key: key, Kind: opinion.Kind(cfg.Kind), Timeout: cfg.Timeout})
	if err != nil {
		return nil, err
	}
	return live.NewOpinions(c, log), nil
}
