package service

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/notify"
)

func newNotifyCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Notify hosts of flags by webhook, Slack, Discord or mail",
		Long: `Notification targets are kept in a separate file that only you can read, because it contains addresses and secrets. The setting
notices.targets names it:

  targets:
    - name: hosts
      kind: slack            # or discord, or webhook
      url: https://hooks.slack.com/services/…
      level: medium          # and above: info, low, medium, high
      rooms: [open-mic]      # or full addresses; default: all rooms
      quote: yes             # include what was said; by default it is not sent
    - name: archive
      kind: webhook          # signed according to Standard Webhooks
      url: https://archive.example/earshot
      secret: whsec_…        # "earshot notify secret" makes one
      private: no            # yes: allow private addresses, and http
    - name: morning
      kind: mail             # the previous day's counts, once a day, if anything happened
      url: smtps://earshot@mail.example
      secret: …              # the mail server's password
      from: earshot@example.org
      to: [hosts@example.org]
      at: "08:00"

Rules in watch mode notify nobody.`,
	}
	return cli.Group(cmd, newNotifyList(env), newNotifyTest(env), newNotifySecret(env))
}

func newNotifySecret(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "secret",
		Short: "Generate a secret for signing webhooks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			env.Println(notify.NewSecret())
			return nil
		},
	}
}

func newNotifyTest(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "test TARGET",
		Short: "Send a test notification to one target",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := env.Report(cmd)
			if err != nil {
				return err
			}
			targets, err := app.LoadTargets(r.Config)
			if err != nil {
				return cli.BadInput(err)
			}
			n := notify.New(notify.Config{Targets: targets, Link: r.Config.Notices.Link, Log: env.TalkLogger(r)})
			err = n.Test(cmd.Context(), args[0])
			if errors.Is(err, models.ErrNotFound) {
				var names []string
				for _, t := range targets {
					names = append(names, t.Name)
				}
				return models.WithHint(cli.BadInput(fmt.Errorf("no target is named %q%s", args[0], cli.DidYouMean(args[0], names))),
					`"earshot notify list" lists them`)
			}
			if err != nil {
				return err
			}
			env.Printf("%s accepted the notification\n", terminal.Plain(args[0]))
			return nil
		},
	}
}

func newNotifyList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the targets and their pending notifications",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return listTargets(env, cmd, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array, without addresses and secrets")
	return cmd
}

// targetJSON is a target in "notify list --json". It leaves out the address, which may be a secret.
type targetJSON struct {
	Kind  notify.Kind  `json:"kind"`
	Level models.Level `json:"level"`
	models.NoticeTargetState
}

func listTargets(env *cli.Env, cmd *cobra.Command, asJSON bool) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	targets, err := app.LoadTargets(c)
	if err != nil {
		return cli.BadInput(err)
	}
	if len(targets) == 0 && !asJSON {
		env.Println(`no targets: see "earshot notify --help" for how to define them`)
		return nil
	}
	states := map[string]models.NoticeTargetState{}
	store, err := app.ReadRecord(cmd.Context(), c)
	if err == nil {
		var found []models.NoticeTargetState
		found, err = store.NoticeTargets(cmd.Context())
		err = errors.Join(err, store.Close())
		for _, s := range found {
			states[s.Name] = s
		}
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	if asJSON {
		found := []targetJSON{}
		for _, t := range targets {
			s := states[t.Name]
			s.Name = t.Name
			found = append(found, targetJSON{t.Kind, t.Level, s})
		}
		return env.JSON(found)
	}
	return env.Table(targetRows(targets, states))
}

func targetRows(targets []notify.Target, states map[string]models.NoticeTargetState) [][]string {
	rows := [][]string{{"TARGET", "KIND", "FROM", "WAITING", "SENT", "DROPPED", "STATE"}}
	for _, t := range targets {
		s := states[t.Name]
		state := "ok"
		switch {
		case s.Disabled != "":
			state = "disabled: " + s.Disabled
		case s.Error != "":
			state = "retrying: " + s.Error
		}
		rows = append(
			rows,
			[]string{t.Name, string(t.Kind), string(t.Level), fmt.Sprint(s.Waiting), fmt.Sprint(s.Sent), fmt.Sprint(s.Dropped), state},
		)
	}
	return rows
}
