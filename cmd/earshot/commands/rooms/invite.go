package rooms

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
)

func newInviteCommand(env *cli.Env) *cobra.Command {
	var o app.LinkOrder
	var asJSON, asLink bool
	cmd := &cobra.Command{
		Use:   "invite URL",
		Short: "Have the running service listen in a room",
		Long: "Asks the service that runs on this machine (\"earshot serve\") to listen in a room until it is over. Secrets are those that\n" +
			"the service's configuration or environment has for the room's server; a server that it does not name needs --allow-server, once.",
		Example: `  earshot invite lounge://127.0.0.1:8484/lounge
  earshot invite livekit://rooms.example/stage --profile open-mic
  earshot invite whep+https://media.example/stage --allow-server`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.URL = args[0]
			if _, err := fleet.KindOf(o.URL); err != nil {
				return cli.BadInput(err)
			}
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			if asLink {
				return inviteByLink(env, cmd, cfg, o, asJSON)
			}
			var state models.RoomState
			if err := app.Tell(cmd.Context(), cfg, "/rooms", o.Invitation, &state); err != nil {
				return err
			}
			if asJSON {
				return env.JSON(state)
			}
			if o.Profile != "" && o.Profile != state.Profile {
				env.Notef("it is a room of the configuration, whose profile holds (%s)", terminal.Plain(cmp.Or(state.Profile, "none")))
			}
			env.Printf("invited to %s; \"earshot status\" shows how it goes, \"earshot leave %s\" sends the bot out\n",
				terminal.Plain(state.Name), terminal.Plain(state.Room))
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Name, "name", "", "what the speaker of a stream without names is called")
	cmd.Flags().StringVar(&o.Profile, "profile", "", "treat the room as this profile of the configuration says")
	cmd.Flags().BoolVar(
		&o.AllowServer, "allow-server", false,
		"allow the room's server from now on, although the configuration does not name it; it is given no secrets",
	)
	cmd.Flags().BoolVar(&o.PrivateServer, "private-server", false, "with --allow-server: the server may be in this private network")
	cmd.Flags().BoolVar(&asLink, "link", false, "print a link instead, by which somebody can look at what the bot does and invite it, once")
	cmd.Flags().IntVar(&o.Hours, "hours", int(app.LinkFor/time.Hour), "for how long the link is good")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the room's state, or the link, as one JSON object")
	return cmd
}

// inviteByLink prints a link by which somebody else can invite the bot.
func inviteByLink(env *cli.Env, cmd *cobra.Command, cfg configs.Config, o app.LinkOrder, asJSON bool) error {
	var l app.Link
	if err := app.Tell(cmd.Context(), cfg, "/invitations", o, &l); err != nil {
		return err
	}
	if asJSON {
		return env.JSON(l)
	}
	env.Println(terminal.Plain(l.Link))
	env.Tellf("good once, until %s; whoever has it can invite the bot there", l.Expires.Local().Format(time.DateTime))
	return nil
}

func newLeaveCommand(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "leave ROOM",
		Short: "Send the running service's bot out of a room",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			var out app.Departure
			if err := app.Ask(cmd.Context(), cfg, http.MethodDelete, "/rooms/"+url.PathEscape(args[0]), nil, &out); err != nil {
				return err
			}
			if out.Returns.IsZero() {
				env.Println("left")
			} else {
				env.Printf("left; returns %s\n", out.Returns.Local().Format("Mon 2 Jan 15:04"))
			}
			return nil
		},
	}
}

func newPauseCommand(env *cli.Env) *cobra.Command {
	return listening(env, "pause", "Have the running service's bot not listen in a room for a while",
		"The bot stays in the room, says in its chat that it does not listen, and hears nothing until \"earshot resume ROOM\", also over "+
			"a\nrestart. The time is marked in the transcript.")
}

func newResumeCommand(env *cli.Env) *cobra.Command {
	return listening(env, "resume", "Have the running service's bot listen again after a pause", "")
}

func listening(env *cli.Env, word, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: word + " ROOM", Short: short, Long: long, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			return app.Ask(cmd.Context(), cfg, http.MethodPost, "/rooms/"+url.PathEscape(args[0])+"/"+word, nil, nil)
		},
	}
}
