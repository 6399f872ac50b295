package rules

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/moderation/engine"
)

// loadOptions returns options that find the shipped packs and the configured text model.
func loadOptions(env *cli.Env, cmd *cobra.Command) engine.LoadOptions {
	opts := app.RulesOptions()
	cfg, err := env.Config(cmd)
	if err != nil { // rules need nothing else from the settings
		env.Notef("the settings have errors (see \"earshot config check\"); the text model they name is not used")
	}
	opts.TextModelFile = cfg.TextModel
	return opts
}
