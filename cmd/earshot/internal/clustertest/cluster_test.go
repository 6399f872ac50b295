//go:build !race

package clustertest

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
)

// cluster is several processes with one database and the same rooms.
type cluster struct {
	t       *testing.T
	server  *pgtest.Server
	db      *sql.DB // what the tests see, not over a wire
	lounge  *loungeServer
	rooms   []string // as people call them
	members []*member
	faults  []*fault
}

// fault is something that was done to the cluster.
type fault struct {
	what  string
	at    time.Time
	rooms []string // ids of those whose process it hit
	over  time.Time
}

const database = "cluster"

// plan says what a cluster is to be like.
type plan struct {
	processes, rooms int
	// durable has the database's server wait for its disk.
	durable bool
	// apart puts the database on other machines, as it were, by a network namespace for each process, where that is permitted.
	apart bool
	// program is another Earshot than the one that is tested; "": that one.
	program string
}

// openCluster starts a database, a lounge, and processes that share them, and waits until all rooms are heard.
func openCluster(t *testing.T, p plan) *cluster {
	t.Helper()
	server, err := pgtest.Start(p.durable)
	if errors.Is(err, pgtest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Remove)
	pgtest.Exec(t, server.DSN("postgres"), "CREATE DATABASE "+database)
	c := &cluster{t: t, server: server}
	for i := range p.rooms {
		c.rooms = append(c.rooms, fmt.Sprintf("stage-%d", i))
	}
	c.lounge = openLounge(t, c.rooms)
	if c.db, err = sql.Open("pgx", server.DSN(database)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.db.Close() })
	for i := range p.processes {
		m := newMember(t, fmt.Sprintf("node-%d", i), newWire(t, filepath.Join(server.Dir, ".s.PGSQL.5432"), p.apart))
		m.program = p.program
		c.members = append(c.members, m)
	}
	c.makeTables()
	pgtest.Exec(t, server.DSN(database), witness...)
	for _, m := range c.members {
		m.configure(c.lounge.host, c.rooms)
		m.start()
	}
	c.untilAllIsHeard()
	return c
}

// makeTables makes the tables of the version that begins: the first start of a service does.
func (c *cluster) makeTables() {
	c.t.Helper()
	m := c.members[0]
	m.configure(c.lounge.host, nil)
	m.start()
	m.kill()
}

// witness notes in the database itself what is done there.
var witness = []string{
	"CREATE SCHEMA witness",
	"CREATE TABLE witness.owners (room text, epoch bigint, owner text)",
	"CREATE TABLE witness.clips (session text, epoch bigint, track text, seq bigint)",
	"CREATE TABLE witness.lines (session text, epoch bigint, track text, seq bigint, text text)",
	`CREATE FUNCTION witness.owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO witness.owners VALUES (NEW.id, NEW.epoch, NEW.owner); RETURN NULL; END $$`,
	`CREATE FUNCTION witness.clip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO witness.clips VALUES (NEW.session, NEW.epoch, NEW.track, NEW.seq); RETURN NULL; END $$`,
	`CREATE FUNCTION witness.line() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO witness.lines VALUES (NEW.session, NEW.epoch, NEW.track, NEW.seq, NEW.text); RETURN NULL; END $$`,
	`CREATE TRIGGER witness AFTER INSERT OR UPDATE OF owner, epoch ON rooms FOR EACH ROW WHEN (NEW.owner <> '')
		EXECUTE FUNCTION witness.owner()`,
	"CREATE TRIGGER witness AFTER INSERT ON spool FOR EACH ROW EXECUTE FUNCTION witness.clip()",
	"CREATE TRIGGER witness AFTER INSERT ON utterances FOR EACH ROW EXECUTE FUNCTION witness.line()",
}

// ask runs a query for strings; false: the database does not answer.
func (c *cluster) ask(query string, args ...any) (out []string, ok bool) {
	rows, err := c.db.QueryContext(c.t.Context(), query, args...)
	if err != nil {
		return nil, false
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			c.t.Fatal(err)
		}
		out = append(out, s)
	}
	return out, rows.Err() == nil
}

// untilAllIsHeard waits until a line was stored in every room that was begun after now.
func (c *cluster) untilAllIsHeard() {
	c.t.Helper()
	now := time.Now().UnixMilli()
	waittest.Until(c.t, "something new is stored in every room", func() bool {
		heard, ok := c.ask(`SELECT DISTINCT s.room FROM sessions s JOIN utterances u ON u.session = s.id
			WHERE s.ended IS NULL AND u.text <> '' AND s.started + u.start_ms > $1`, now)
		return ok && len(heard) == len(c.rooms)
	})
}

// of are the ids of the rooms that a process has, by its name; all with "".
func (c *cluster) of(name string) []string {
	c.t.Helper()
	rooms, ok := c.ask("SELECT r.id FROM rooms r JOIN nodes n ON n.id = r.owner WHERE n.name = $1 OR $1 = '' ORDER BY r.id", name)
	if !ok {
		c.t.Fatal("the database does not answer")
	}
	return rooms
}

// busiest is the process with the most rooms.
func (c *cluster) busiest() *member {
	return slices.MaxFunc(c.members, func(a, b *member) int { return len(c.of(a.name)) - len(c.of(b.name)) })
}

// id is what a room is on record as.
func (c *cluster) id(room string) string {
	c.t.Helper()
	at, err := models.ParseAddress("lounge://" + c.lounge.host + "/" + room)
	if err != nil {
		c.t.Fatal(err)
	}
	return at.ID()
}

// breaks does something to the rooms of a process, or of all, and waits until all rooms are heard again.
func (c *cluster) breaks(what string, rooms []string, do func()) {
	c.t.Helper()
	f := &fault{what: what, rooms: rooms, at: time.Now()}
	c.faults = append(c.faults, f)
	do()
	c.untilAllIsHeard()
	f.over = time.Now()
	c.t.Logf("%s, with %s: all are heard again after %v", what, models.Count(len(rooms), "room"), f.over.Sub(f.at).Round(100*time.Millisecond))
}

// close ends the talk, waits until all of it is written down, and stops the processes.
func (c *cluster) close() {
	c.t.Helper()
	c.lounge.stopTalking()
	waittest.Until(c.t, "everybody has left", func() bool { return c.lounge.talking.Load() == 0 })
	waittest.Until(c.t, "the last sentence of every room is on record", func() bool {
		return !slices.ContainsFunc(c.rooms, func(room string) bool {
			all := c.lounge.heard(room)
			late, ok := c.ask(`SELECT s.id FROM sessions s WHERE s.room = $1 AND s.started + greatest(
				(SELECT max(end_ms) FROM utterances WHERE session = s.id), (SELECT max(end_ms) FROM gaps WHERE session = s.id)) > $2`,
				c.id(room), all[len(all)-1].from.UnixMilli())
			return !ok || len(late) == 0
		})
	})
	for _, m := range c.members {
		m.stop()
	}
}
