package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/node"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

const (
	// drainPoll is the polling interval; after drainStalls without progress, the rooms that no process takes are named.
	drainPoll   = 500 * time.Millisecond
	drainStalls = 15 * time.Second
)

func newDrainCommand(env *cli.Env) *cobra.Command {
	var undo, asJSON bool
	var within time.Duration
	cmd := &cobra.Command{
		Use:   "drain [PROCESS]",
		Short: "Hand over the rooms of a process to others before it is stopped",
		Long: `Asks the service on this machine, or another process that shares its database, to hand over all its rooms and take no more,
and waits until it has none: in rooms that accept two bots, nothing is missed. The process stays drained, with its page, until
--undo or until it is stopped, which then takes a second; after a restart it takes rooms again. PROCESS is a name or an id from
"earshot status --processes".

A service that is stopped without this also hands over its rooms, for up to 20 seconds.`,
		Example: `  earshot drain                  # the service on this machine
  earshot drain west --timeout 1m
  earshot drain west --undo`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			which := strings.Join(args, "")
			return withDrainer(env, cmd, which, func(d drainer) error {
				n, err := d.Drain(cmd.Context(), which, !undo)
				if err == nil && !undo {
					n, err = drained(cmd.Context(), d, n, within, env.Steps())
				}
				switch {
				case err != nil:
					return err
				case asJSON:
					return env.JSON(n)
				case undo:
					env.Printf("%s takes rooms again\n", called(n))
				default:
					env.Printf("%s is empty and takes no rooms: stop it, or \"earshot drain %s --undo\"\n", called(n), called(n))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&undo, "undo", false, "let it take rooms again")
	cmd.Flags().DurationVar(
		&within, "timeout", 0, "wait at most this `TIME`, such as 90s; it keeps handing over its rooms after that (default: until it has none)",
	)
	cmd.Flags().BoolVar(&asJSON, "json", false, "the process as one JSON object, once it has no rooms")
	cmd.MarkFlagsMutuallyExclusive("undo", "timeout")
	return cmd
}

// drainer tells processes to hand over their rooms and reads their states.
type drainer interface {
	Drain(ctx context.Context, process string, on bool) (models.NodeState, error)
	Processes(ctx context.Context) (*models.Processes, error)
}

// withDrainer calls do with the service on this machine or, if none is running and a process is named, with the database.
func withDrainer(env *cli.Env, cmd *cobra.Command, process string, do func(drainer) error) error {
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	service := control.New(cfg)
	if _, err := service.Processes(cmd.Context()); process == "" || cfg.Database == "" || !errors.Is(err, control.ErrNoService) {
		return do(service)
	}
	db, err := app.OpenRecord(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	return errors.Join(do(shared{db}), db.Close())
}

// shared is a drainer that works without a service.
type shared struct{ db app.Record }

// Drain implements drainer.
func (r shared) Drain(ctx context.Context, process string, on bool) (models.NodeState, error) {
	return node.Drain(ctx, r.db, process, on)
}

// Processes implements drainer.
func (r shared) Processes(ctx context.Context) (*models.Processes, error) {
	p, err := node.Read(ctx, r.db)
	return &p, err
}

// drained waits until a process has handed over everything or has ended, and reports its progress.
func drained(ctx context.Context, d drainer, n models.NodeState, within time.Duration, tell func(string)) (models.NodeState, error) {
	if within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, within)
		defer cancel()
	}
	tell("handing over what " + called(n) + " has")
	for progress := (progress{tell: tell, since: time.Now()}); ; {
		p, err := d.Processes(ctx)
		if ctx.Err() != nil {
			return n, errStillDraining(n)
		}
		if err != nil {
			return n, err
		}
		i := slices.IndexFunc(p.Nodes, func(o models.NodeState) bool { return o.ID == n.ID })
		if i < 0 {
			tell(called(n) + " has ended")
			return n, nil
		}
		n = p.Nodes[i]
		if empty, err := isEmpty(n); empty || err != nil {
			return n, err
		}
		progress.show(n)
		select {
		case <-ctx.Done():
			return n, errStillDraining(n)
		case <-time.After(drainPoll):
		}
	}
}

// isEmpty reports whether a process has nothing left to hand over. It returns an error if the process never will have.
func isEmpty(n models.NodeState) (bool, error) {
	switch {
	case n.State == models.NodeSilent:
		return false, fmt.Errorf("%s has been silent for %s: others take over its rooms", called(n), ms(n.SilentMS))
	case !n.Draining:
		return false, fmt.Errorf("%s is no longer being drained: it was asked to take rooms again", called(n))
	}
	return n.Info.NoRooms && len(n.Leases) == 0 && n.Info.Waiting == 0, nil
}

// progress reports what is left whenever that changes, and once when it has not changed for long.
type progress struct {
	tell    func(string)
	told    string
	since   time.Time
	stalled bool
}

func (p *progress) show(n models.NodeState) {
	left := models.Count(len(n.Leases), "room") + " and " + models.Count(n.Info.Waiting, "clip") + " left"
	switch {
	case left != p.told:
		p.tell(left)
		p.told, p.since, p.stalled = left, time.Now(), false
	case !p.stalled && len(n.Leases) > 0 && time.Since(p.since) > drainStalls:
		p.stalled = true
		p.tell("nobody takes over " + terminal.Plain(strings.Join(n.Leases, ", ")) + `: another process needs it in its configuration, or ` +
			`"earshot join" brought the bot there. It is heard here until then; Ctrl-C ends the waiting only`)
	}
}

// errStillDraining returns the error for a process that was not empty when the wait ended.
func errStillDraining(n models.NodeState) error {
	return models.WithHint(
		fmt.Errorf("%s still has %s; it goes on handing them over", called(n), models.Count(len(n.Leases), "room")),
		fmt.Sprintf("\"earshot status --processes\" shows how far it is; \"earshot drain %s --undo\" has it take rooms again", called(n)),
	)
}

// called returns a process's name, or its id if it has none.
func called(n models.NodeState) string { return terminal.Plain(n.Called()) }
