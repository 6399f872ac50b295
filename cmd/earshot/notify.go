package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/models"
	"earshot/moderation/notify"
)

func newNotifyCommand(a *cli) *cobra.Command {
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
	return group(cmd, newNotifyList(a), newNotifyTest(a), newNotifySecret(a))
}

func newNotifySecret(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "secret",
		Short: "Make a secret that signs webhooks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, notify.NewSecret())
			return err
		},
	}
}

func newNotifyTest(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "test TARGET",
		Short: "Send one target a notice that says that it can be reached",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.report(cmd)
			if err != nil {
				return err
			}
			targets, err := app.LoadTargets(r.Config)
			if err != nil {
				return badInput(err)
			}
			n := notify.New(notify.Config{Targets: targets, Link: r.Config.Notices.Link, Log: a.talkLogger(r)})
			err = n.Test(cmd.Context(), args[0])
			if errors.Is(err, models.ErrNotFound) {
				return models.WithHint(badInput(err), `"earshot notify list" lists them`)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s took the notice\n", plain(args[0]))
			return err
		},
	}
}

func newNotifyList(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the targets, and what waits for them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listTargets(cmd) },
	}
}

func (a *cli) listTargets(cmd *cobra.Command) error {
	c, err := a.config(cmd)
	if err != nil {
		return err
	}
	targets, err := app.LoadTargets(c)
	if err != nil {
		return badInput(err)
	}
	if len(targets) == 0 {
		_, err := fmt.Fprintln(a.stdout, `nobody is told: "earshot notify --help" says how to name targets`)
		return err
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
	return table(a.stdout, a.palette(a.stdout), targetRows(targets, states))
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
