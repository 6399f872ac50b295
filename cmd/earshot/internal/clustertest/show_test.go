//go:build !race

package clustertest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/cmd/earshot/node"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/ticks"
)

// TestShow is "make cluster": three processes with one database hear rooms in which people talk, one of them is killed, the others go on
// with its rooms, and nothing is lost. A table shows it.
func TestShow(t *testing.T) {
	rooms, err := strconv.Atoi(os.Getenv("EARSHOT_SHOW_ROOMS"))
	if err != nil {
		t.Skip("for people: make cluster")
	}
	say := func(format string, args ...any) { fmt.Printf("\n"+format+"\n", args...) }
	say("a PostgreSQL server, three processes, %d rooms: this takes a minute ...", rooms)
	c := openCluster(t, plan{processes: 3, rooms: rooms, durable: true})
	s := &show{c: c, clears: os.Getenv("EARSHOT_SHOW_CLEARS") != ""}
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	all.Go(func() { s.run(ctx) })
	for range 2 {
		c.untilAllIsHeard()
	}
	m := c.busiest()
	had := c.of(m.name)
	s.does("kill -9 of " + m.name + ", which heard " + models.Count(len(had), "room"))
	c.breaks("kill -9", had, m.kill)
	s.does("all rooms are heard, those of " + m.name + " by others, under their next epoch")
	for range 2 {
		c.untilAllIsHeard()
	}
	stop()
	all.Wait()
	say("nobody talks any more; what was said is written down ...")
	c.members = slices.DeleteFunc(c.members, func(o *member) bool { return o == m })
	c.close()
	c.report()
}

// show is the table. Its methods may be called from any goroutine.
type show struct {
	c      *cluster
	clears bool // the screen is cleared before each table

	mu       sync.Mutex
	happened []string
}

// does notes what happens.
func (s *show) does(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.happened = append(s.happened, time.Now().Format(time.TimeOnly)+"  "+what)
}

// run prints the table every other second until the context ends.
func (s *show) run(ctx context.Context) {
	store, err := postgres.OpenReadOnly(ctx, s.c.server.DSN(database))
	if err != nil {
		s.c.t.Error(err)
		return
	}
	defer func() { _ = store.Close() }()
	for range ticks.AtOnceAndEvery(ctx, 2*time.Second) {
		rows, err := s.rows(ctx, store)
		if err != nil {
			if ctx.Err() == nil {
				s.c.t.Error(err)
			}
			return
		}
		var b strings.Builder
		if s.clears {
			b.WriteString("\x1b[H\x1b[2J")
		}
		b.WriteString("\n")
		if err := terminal.Table(&b, terminal.Palette{}, rows); err != nil {
			s.c.t.Error(err)
		}
		fmt.Println(b.String() + s.below())
	}
}

// rows are the table: what each process has, and what it has written down.
func (s *show) rows(ctx context.Context, store *postgres.Store) ([][]string, error) {
	p, err := node.Read(ctx, store)
	if err != nil {
		return nil, err
	}
	lines := s.lines()
	rows := [][]string{{"PROCESS", "STATE", "ROOMS", "LOAD", "LATE", "LINES"}}
	for _, n := range p.Nodes {
		rows = append(rows, []string{
			n.Name, n.State, strconv.Itoa(len(n.Leases)), fmt.Sprintf("%.0f %%", 100*n.Info.Load),
			(time.Duration(n.Info.LateMS) * time.Millisecond).Round(100 * time.Millisecond).String(), strconv.Itoa(lines[n.ID]),
		})
	}
	return rows, nil
}

// lines counts the lines of each process: those of the epochs that were its own.
func (s *show) lines() map[string]int {
	found, _ := s.c.ask(`SELECT w.owner || ' ' || count(*) FROM (SELECT DISTINCT room, epoch, owner FROM witness.owners) w
		JOIN sessions s ON s.room = w.room JOIN utterances u ON u.session = s.id AND u.epoch = w.epoch WHERE u.text <> '' GROUP BY w.owner`)
	out := map[string]int{}
	for _, row := range found {
		owner, n, _ := strings.Cut(row, " ")
		out[owner], _ = strconv.Atoi(n)
	}
	return out
}

// below is what stands below the table: the whole, and what happened.
func (s *show) below() string {
	whole, _ := s.c.ask(`SELECT (SELECT count(*) FROM utterances WHERE text <> '') || ' lines, ' ||
		(SELECT round(coalesce(sum(end_ms - start_ms), 0) / 1000.0, 1) FROM gaps WHERE cause IN ('restart', 'cut')) ||
		' s that no process heard, as gaps; ' || (SELECT count(*) FROM rooms WHERE epoch > 1) || ' rooms under a later epoch'`)
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(append(whole, s.happened...), "\n")
}
