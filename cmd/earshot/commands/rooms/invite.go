package rooms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/record"
)

func newInviteCommand(env *cli.Env) *cobra.Command {
	var i models.Invitation
	var hours int
	var asJSON, asLink bool
	cmd := &cobra.Command{
		Use:   "invite URL",
		Short: "Tell the running service to join a room",
		Long: "Asks the service running on this machine (\"earshot serve\") to listen in a room until it is over. Secrets come from the " +
			"service's\n" +
			"configuration or environment. A server that is not in the configuration needs --allow-server, once.",
		Example: `  earshot invite lounge://127.0.0.1:8484/lounge
  earshot invite livekit://rooms.example/stage --profile open-mic
  earshot invite whep+https://media.example/stage --allow-server`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			i.URL = args[0]
			if _, err := fleet.KindOf(i.URL); err != nil {
				return cli.BadInput(err)
			}
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			if asLink {
				return inviteByLink(env, cmd, cfg, i, hours, asJSON)
			}
			state, err := control.New(cfg).Invite(cmd.Context(), i)
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(state)
			}
			if i.Profile != "" && i.Profile != state.Profile {
				env.Notef("it is a configured room, so its own profile applies (%s)", terminal.Plain(cmp.Or(state.Profile, "none")))
			}
			env.Printf("invited to %s; \"earshot status\" shows its progress, \"earshot leave %s\" makes the bot leave\n",
				terminal.Plain(state.Name), terminal.Plain(state.Room))
			return nil
		},
	}
	cmd.Flags().StringVar(&i.Name, "name", "", "speaker `NAME` for a stream without names")
	cmd.Flags().StringVar(&i.Profile, "profile", "", "apply this configuration `PROFILE` to the room")
	cmd.Flags().BoolVar(
		&i.AllowServer, "allow-server", false,
		"allow the room's server from now on even though it is not in the configuration; no secrets are sent to it",
	)
	cmd.Flags().BoolVar(&i.PrivateServer, "private-server", false, "with --allow-server: also allow private network addresses")
	cmd.Flags().BoolVar(&asLink, "link", false, "print a link instead that lets a person preview the invitation and invite the bot once")
	cmd.Flags().IntVar(&hours, "hours", int(record.LinkFor/time.Hour), "the link is valid for `N` hours")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the room's state, or the link, as one JSON object")
	return cmd
}

// inviteByLink prints a link with which somebody else can invite the bot.
func inviteByLink(env *cli.Env, cmd *cobra.Command, cfg configs.Config, i models.Invitation, hours int, asJSON bool) error {
	l, err := control.New(cfg).InvitationLink(cmd.Context(), i, hours)
	if err != nil {
		return err
	}
	if asJSON {
		return env.JSON(l)
	}
	env.Println(terminal.Plain(l.Link))
	env.Tellf("valid once, until %s; anyone who has it can invite the bot there", l.Expires.Local().Format(time.DateTime))
	return nil
}

func newLeaveCommand(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "leave ROOM",
		Short: "Make the running service leave a room",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			service := control.New(cfg)
			returns, err := service.Leave(cmd.Context(), args[0])
			if err != nil {
				return absent(cmd.Context(), service, args[0], err)
			}
			if returns.IsZero() {
				env.Println("left")
			} else {
				env.Printf("left; returns %s\n", returns.Local().Format("Mon 2 Jan 15:04"))
			}
			return nil
		},
	}
}

func newPauseCommand(env *cli.Env) *cobra.Command {
	return listening(env, true, "pause", "Pause listening in a room of the running service",
		"The bot stays in the room, says in the chat that it is not listening, and hears nothing until \"earshot resume ROOM\", even after "+
			"a\nrestart. The time is marked in the transcript.")
}

func newResumeCommand(env *cli.Env) *cobra.Command {
	return listening(env, false, "resume", "Resume listening after a pause", "")
}

func listening(env *cli.Env, on bool, word, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: word + " ROOM", Short: short, Long: long, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			service := control.New(cfg)
			return absent(cmd.Context(), service, args[0], service.Pause(cmd.Context(), args[0], on))
		},
	}
}

// absent names the room in the error of a service that is not in it, and suggests the one that was probably meant.
func absent(ctx context.Context, service control.Client, word string, err error) error {
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	states, _ := service.Rooms(ctx) // a failed suggestion is not worth an error
	rooms := make([]models.Room, len(states))
	for i, s := range states {
		rooms[i] = models.Room{ID: s.Room, Name: s.Name}
	}
	return models.WithHint(cli.BadInput(fmt.Errorf("the bot is not in a room named %q%s", word, cli.NearRoom(rooms, word))),
		`"earshot status" lists its rooms`)
}
