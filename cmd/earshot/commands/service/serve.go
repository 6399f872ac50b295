package service

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
)

func newServeCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the service: listen in configured rooms and accept invitations",
		Long: `Listens permanently in the configured rooms (setting rooms), and in rooms it is invited to ("earshot invite URL", or by a LiveKit
server: see livekit.url), with one model, one database and one web page for all of them. It also hosts the lounge.

SIGHUP reloads the rules; a file with errors changes nothing. On SIGTERM or Ctrl-C it leaves all rooms and keeps decoding for up to
20 seconds; the rest is decoded at the next start.

Several processes can share a PostgreSQL database (setting database) and the work: --only decode decodes what others hear, and needs
nothing but the database and the model; --only rooms,page does everything else. Each process decodes what it hears itself while it can.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(env, cmd) },
	}
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "`ADDRESS` of the page and the lounge")
	cli.SettingFlag(cmd.Flags(), "rooms", "rooms", "comma-separated `ADDRESSES` of rooms")
	cli.SettingFlag(cmd.Flags(), "only", "only", "`PART` of the work: decode, or rooms,page")
	return cmd
}

func serve(env *cli.Env, cmd *cobra.Command) error {
	r, err := env.Report(cmd)
	if err != nil {
		return err
	}
	if r.Config.Only == configs.OnlyDecode {
		return app.ServeDecoding(cmd.Context(), app.Options{
			Config: r.Config, Log: env.Logger(r.Config), Models: speech.Options{Waits: true}, Version: env.Version,
		})
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
