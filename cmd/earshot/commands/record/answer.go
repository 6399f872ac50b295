package record

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

const (
	// seenWithin is how long to wait for the effect of an answer's action.
	seenWithin = 5 * time.Second
	// lookEvery is the interval at which the record is checked for that effect.
	lookEvery = 100 * time.Millisecond
)

// statusOf maps the answers that every flag accepts to statuses.
var statusOf = map[string]models.FlagStatus{
	"confirm": models.FlagConfirmed, "dismiss": models.FlagDismissed, "reopen": models.FlagOpen,
}

func newQueueAnswer(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "answer FLAG ANSWER...",
		Short: "Decide a flag, or answer its ask",
		Long: `Decides a flag in the running service. ANSWER is confirm, dismiss or reopen or, while the flag's ask is open, one of the offers
that "earshot queue" lists: it is carried out in the room, and the command reports whether its effect was seen. FLAG is a flag's id, or
its first characters.`,
		Example: "  earshot queue answer FLAG dismiss\n  earshot queue answer FLAG mute 60s",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			return env.WithRecord(cmd, func(db app.Record) error {
				f, err := cli.FindFlag(cmd.Context(), db, args[0])
				if err != nil {
					return err
				}
				done, err := answerFlag(cmd.Context(), control.New(cfg), db, f.ID, strings.Join(args[1:], " "))
				if err != nil {
					return err
				}
				if asJSON {
					found := []listedFlag{listed(done.FlagPlace)}
					maskFlags(env, cmd, found)
					return env.JSON(found[0])
				}
				env.Printf("%s", done.text(env.Paint()))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object: the flag, with its decision and actions")
	return cmd
}

// answered is a flag after it has been answered.
type answered struct {
	models.FlagPlace
	already bool // it had that status before
}

// text describes the outcome of an answer.
func (a answered) text(paint terminal.Palette) string {
	var b strings.Builder
	status := string(a.Flag.Status)
	if a.already {
		status = "already " + status
	}
	if a.Flag.DecidedBy != "" {
		status += " by " + a.Flag.DecidedBy
	}
	head := fmt.Sprintf("%s, %s: %s", cmp.Or(a.Flag.Title, a.Flag.Rule), a.Flag.SpeakerName, status)
	b.WriteString(terminal.Plain(head) + "\n")
	for _, x := range a.Actions {
		b.WriteString(terminal.ActionText(paint, x) + "\n")
	}
	return b.String()
}

// answerFlag has the service decide a flag, and waits until the effect in the room has been seen.
func answerFlag(ctx context.Context, service control.Client, db app.Record, id, answer string) (done answered, err error) {
	if done.FlagPlace, err = db.FlagPlace(ctx, id); err != nil {
		return done, err
	}
	status, decides := statusOf[answer]
	switch {
	case decides && status == done.Flag.Status:
		done.already = true
		return done, nil
	case decides:
		_, err = service.SetFlag(ctx, id, status)
	case !isOpen(done.Decision, time.Now()):
		near := cli.DidYouMean(answer, slices.Sorted(maps.Keys(statusOf)))
		return done, models.WithHint(cli.BadInput(fmt.Errorf("the flag has no open ask that %q could answer%s", answer, near)),
			"answer confirm, dismiss or reopen")
	case !slices.Contains(done.Decision.Offer, answer):
		near := cli.DidYouMean(answer, offers(done.Decision))
		return done, models.WithHint(cli.BadInput(fmt.Errorf("the ask does not offer %q%s", answer, near)),
			"answer one of these: "+strings.Join(offers(done.Decision), ", "))
	default:
		_, err = service.ChooseFor(ctx, id, answer)
	}
	if err != nil {
		return done, err
	}
	done.FlagPlace, err = settled(ctx, db, id)
	return done, err
}

// settled returns a flag once no action for it is pending, or after seenWithin.
func settled(ctx context.Context, db app.Record, id string) (models.FlagPlace, error) {
	ctx, cancel := context.WithTimeout(ctx, seenWithin)
	defer cancel()
	for {
		p, err := db.FlagPlace(context.WithoutCancel(ctx), id)
		moving := func(a models.Action) bool { return a.State == models.ActionPlanned || a.State == models.ActionSent }
		if err != nil || !slices.ContainsFunc(p.Actions, moving) {
			return p, err
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return p, nil
		}
	}
}
