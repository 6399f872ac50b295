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
		Short: "Tell hosts of flags by webhook, Slack, Discord or mail: list, test",
		Long: `Who is told of flags stands in a file of its own that only you can read, because addresses and secrets are in it; the
setting notices.targets names it:

  targets:
    - name: hosts
      kind: slack            # or discord, or webhook
      url: https://hooks.slack.com/services/…
      level: medium          # and graver: info, low, medium, high
      rooms: [open-mic]      # or whole addresses; left out: all rooms
      quote: yes             # also the words that were said; without it they stay here
    - name: archive
      kind: webhook          # signed as Standard Webhooks says
      url: https://archive.example/earshot
      secret: whsec_…        # "earshot notify secret" makes one
      private: no            # yes: an address in your own network, and http
    - name: morning
      kind: mail             # counts of the day before, once a day, when something happened
      url: smtps://earshot@mail.example
      secret: …              # the mail server's password
      from: earshot@example.org
      to: [hosts@example.org]
      at: "08:00"

Rules that only watch tell nobody.`,
	}
	return cli.Group(cmd, newNotifyList(env), newNotifyTest(env), newNotifySecret(env))
}

func newNotifySecret(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "secret",
		Short: "Make a secret that signs webhooks",
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
		Short: "Send one target a notice that says that it can be reached",
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
				return models.WithHint(cli.BadInput(err), `"earshot notify list" lists them`)
			}
			if err != nil {
				return err
			}
			env.Printf("%s took the notice\n", terminal.Plain(args[0]))
			return nil
		},
	}
}

func newNotifyList(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the targets, and what waits for them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return listTargets(env, cmd) },
	}
}

func listTargets(env *cli.Env, cmd *cobra.Command) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	targets, err := app.LoadTargets(c)
	if err != nil {
		return cli.BadInput(err)
	}
	if len(targets) == 0 {
		env.Println(`nobody is told: "earshot notify --help" says how to name targets`)
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
			state = "trying again: " + s.Error
		}
		rows = append(
			rows,
			[]string{t.Name, string(t.Kind), string(t.Level), fmt.Sprint(s.Waiting), fmt.Sprint(s.Sent), fmt.Sprint(s.Dropped), state},
		)
	}
	return rows
}
