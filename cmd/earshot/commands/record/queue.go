package record

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newQueueCommand(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "queue",
		Short: "Show and answer what is waiting for a decision in the running service",
		Long: `Lists the open asks of the running service, or of "earshot join", the one that expires first at the top, and then the other open
flags, newest first. What was said is masked: "earshot rules explain FLAG --show" reveals it.`,
		Example: "  earshot queue\n  earshot queue answer FLAG dismiss\n  earshot queue answer FLAG mute 60s",
	}
	cli.Group(cmd, newQueueAnswer(env))
	help := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return help(cmd, args)
		}
		return showQueue(env, cmd, asJSON)
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array of flags, with their rooms, decisions and actions")
	return cmd
}

// showQueue prints what is waiting for a decision.
func showQueue(env *cli.Env, cmd *cobra.Command, asJSON bool) error {
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	places, err := control.New(cfg).OpenFlags(cmd.Context())
	if err != nil {
		return err
	}
	now := time.Now()
	slices.SortStableFunc(places, func(a, b models.FlagPlace) int { return byUrgency(a.Decision, b.Decision, now) })
	found := []listedFlag{}
	for _, p := range places {
		found = append(found, listed(p))
	}
	maskFlags(env, cmd, found)
	switch {
	case asJSON:
		return env.JSON(found)
	case len(found) == 0:
		env.Println("nothing waits for a decision")
		return nil
	}
	return env.Table(queueRows(found, now))
}

// isOpen reports whether a flag's ask can still be answered.
func isOpen(d *models.Decision, now time.Time) bool {
	return d != nil && d.Ask == models.AskOpen && (d.Expires.IsZero() || d.Expires.After(now))
}

// byUrgency orders open asks by expiry and puts them before everything else.
func byUrgency(a, b *models.Decision, now time.Time) int {
	switch first, second := isOpen(a, now), isOpen(b, now); {
	case first && second:
		return a.Expires.Compare(b.Expires)
	case first:
		return -1
	case second:
		return 1
	}
	return 0
}

func queueRows(found []listedFlag, now time.Time) [][]string {
	rows := [][]string{{"FLAG", "WHEN", "ROOM", "WHO", "RULE", "LEVEL", "WORDS", "ANSWERS"}}
	for i, row := range flagRows(found)[1:] {
		answers := "confirm, dismiss"
		if d := found[i].Decision; isOpen(d, now) {
			answers = strings.Join(offers(d), ", ")
			if !d.Expires.IsZero() {
				answers += " · until " + d.Expires.Local().Format(time.TimeOnly)
			}
		}
		rows = append(rows, append(slices.Clone(row[:6]), terminal.OrDash(row[7]), answers))
	}
	return rows
}

// offers returns the possible answers to an open ask: those it offers, and confirm and dismiss, which every flag accepts.
func offers(d *models.Decision) []string {
	out := slices.Clone(d.Offer)
	for _, every := range []string{"confirm", "dismiss"} {
		if !slices.Contains(out, every) {
			out = append(out, every)
		}
	}
	return out
}
