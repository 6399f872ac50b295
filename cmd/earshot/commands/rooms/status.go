package rooms

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
)

func newStatusCommand(env *cli.Env) *cobra.Command {
	var asJSON, first, host, processes bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the rooms the running service is in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			if first {
				return firstLogin(cmd.Context(), env, cfg)
			}
			if host {
				return loungeHost(cmd.Context(), env, cfg)
			}
			if processes {
				return showProcesses(cmd.Context(), env, cfg, asJSON)
			}
			states, err := control.New(cfg).Rooms(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(states)
			}
			shared, err := control.New(cfg).Processes(cmd.Context())
			if err != nil {
				return err
			}
			return errors.Join(roomTable(env, states), processTables(env, shared))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array, or with --processes one JSON object")
	cmd.Flags().BoolVar(&processes, "processes", false, "show instead the processes that share the database, and which one hears which room")
	cmd.Flags().BoolVar(&first, "first-login", false, "print the link to create the owner account instead, while nobody can log in")
	cmd.Flags().BoolVar(&host, "lounge-host", false, "print the host link of the service's own lounge instead")
	cmd.MarkFlagsMutuallyExclusive("json", "first-login", "lounge-host")
	cmd.MarkFlagsMutuallyExclusive("processes", "first-login", "lounge-host")
	return cmd
}

// roomTable prints the rooms that the service is in.
func roomTable(env *cli.Env, states []models.RoomState) error {
	if len(states) == 0 {
		env.Println(`not in any room; invite it with "earshot invite URL"`)
		return nil
	}
	rows := [][]string{{"ROOM", "STATE", "SINCE", "SESSION", "PROBLEM"}}
	for _, s := range states {
		rows = append(rows, []string{
			s.Room, doing(s), s.Since.Local().Format(time.DateTime), terminal.OrDash(s.Session), terminal.OrDash(trouble(s)),
		})
	}
	return env.Table(rows)
}

// showProcesses prints the processes that share the running service's database.
func showProcesses(ctx context.Context, env *cli.Env, cfg configs.Config, asJSON bool) error {
	shared, err := control.New(cfg).Processes(ctx)
	switch {
	case err != nil:
		return err
	case shared == nil && !asJSON:
		env.Println("the service has its database to itself")
		return nil
	case shared == nil:
		shared = &models.Processes{Nodes: []models.NodeState{}, Unheard: []string{}}
	}
	if asJSON {
		return env.JSON(shared)
	}
	return processTables(env, shared)
}

// processTables prints the processes, and which of them hears which room. It prints nothing if there is only one process.
func processTables(env *cli.Env, shared *models.Processes) error {
	if shared == nil {
		return nil
	}
	nodes, rooms := processRows(*shared)
	env.Println("")
	err := env.Table(nodes)
	if len(rooms) > 1 {
		env.Println("")
		err = errors.Join(err, env.Table(rooms))
	}
	return err
}

// processRows returns the rows of the two tables.
func processRows(p models.Processes) (nodes, rooms [][]string) {
	nodes = [][]string{{"PROCESS", "VERSION", "STATE", "SEEN", "ROOMS", "LEASE AGE", "LOAD", "WAITING", "LATE", "DECODES ON"}}
	rooms = [][]string{{"ROOM", "HEARD BY"}}
	names := p.Names()
	for _, n := range p.Nodes {
		name, i := terminal.Plain(names[n.ID]), n.Info
		nodes = append(nodes, []string{
			name, terminal.OrDash(terminal.Plain(n.Version)), n.State, ago(n.SilentMS), strconv.Itoa(len(n.Leases)), leaseAge(n),
			fmt.Sprintf("%.0f %%", 100*i.Load), strconv.Itoa(i.Waiting), ms(i.LateMS).String(), terminal.OrDash(terminal.Plain(i.Backend)),
		})
		for _, room := range n.Leases {
			rooms = append(rooms, []string{terminal.Plain(room), name})
		}
	}
	for _, room := range p.Unheard {
		rooms = append(rooms, []string{terminal.Plain(room), "nobody"})
	}
	return nodes, rooms
}

// leaseAge returns how long ago a process renewed its leases, or "-" if it holds none.
func leaseAge(n models.NodeState) string {
	if len(n.Leases) == 0 {
		return "-"
	}
	return ms(n.LeaseAgeMS).String()
}

// ms converts milliseconds to a duration, rounded to a tenth of a second.
func ms(n int64) time.Duration {
	return (time.Duration(n) * time.Millisecond).Round(100 * time.Millisecond)
}

// ago formats how long ago something happened, in ms.
func ago(n int64) string {
	if n < time.Second.Milliseconds() {
		return "now"
	}
	return (time.Duration(n/1000) * time.Second).String() + " ago"
}

// loungeHost prints the link for hosts of the running service's lounge.
func loungeHost(ctx context.Context, env *cli.Env, cfg configs.Config) error {
	link, err := control.New(cfg).LoungeHost(ctx)
	if err != nil {
		return err
	}
	env.Println(terminal.Plain(link))
	return nil
}

// firstLogin prints the link for the first owner of the running service.
func firstLogin(ctx context.Context, env *cli.Env, cfg configs.Config) error {
	link, err := control.New(cfg).FirstLogin(ctx)
	if err != nil {
		return err
	}
	if link == "" {
		return models.WithHint(
			errors.New(
				"no link is needed: there is an owner already, or the page requires no login",
			), "owners can give others access on the Access page",
		)
	}
	env.Println(terminal.Plain(link))
	return nil
}

// doing returns a room's state in a word or two.
func doing(s models.RoomState) string {
	switch {
	case s.Paused:
		return "paused"
	case !s.Next.IsZero():
		return "joins " + s.Next.Local().Format(time.DateTime)
	}
	return s.State
}

// trouble returns what is wrong in a room, or "".
func trouble(s models.RoomState) string {
	switch {
	case s.Problem != "":
		return terminal.WithoutReasons(s.Problem)
	case len(s.Deaf) > 0:
		return "does not hear " + terminal.Plain(strings.Join(s.Deaf, ", "))
	case s.Quiet.Silent:
		return "only silence since " + s.Quiet.Since.Local().Format("15:04")
	case !s.Quiet.Since.IsZero():
		return "no speech since " + s.Quiet.Since.Local().Format("15:04")
	}
	return terminal.Plain(s.Note)
}
