package service

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
)

func newServeCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Listen in the configured rooms, and in those it is invited to, until stopped",
		Long: `Listens in the rooms of the configuration (rooms) for good, and in rooms it is invited to ("earshot invite URL", or by a
LiveKit server: see livekit.url), with one model, one record and one page for all of them. The lounge is open too.

SIGHUP reads the rules again; a file with mistakes changes nothing. SIGTERM and Ctrl-C leave all rooms and decode for up
to 20 seconds; what is left is decoded at the next start.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(env, cmd) },
	}
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	cli.SettingFlag(cmd.Flags(), "rooms", "rooms", "addresses of rooms, parted by commas")
	return cmd
}

func serve(env *cli.Env, cmd *cobra.Command) error {
	r, err := env.Report(cmd)
	if err != nil {
		return err
	}
	keys, err := secrets.OpenKeyring(env.Environ, r.Config)
	if err != nil {
		return err
	}
	l, err := web.ListenOrInherit(cmd.Context(), r.Config.Listen)
	if err != nil {
		return err
	}
	o := app.Options{Config: r.Config, Log: env.Logger(r.Config), Models: speech.Options{Waits: true}, Keys: keys, Version: env.Version}
	return app.Serve(cmd.Context(), l, o, env.Environ, r)
}
