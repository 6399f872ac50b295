package app

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/roomtimes"
	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
)

// cutOff is a database user whose connections a test can cut, as when the network fails.
type cutOff struct {
	t    *testing.T
	db   *sql.DB
	name string
}

func newCutOff(t *testing.T, dsn string) cutOff {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := cutOff{t, db, "cut" + strings.ToLower(rand.Text())}
	c.run("CREATE ROLE " + c.name + " LOGIN SUPERUSER")
	return c
}

func (c cutOff) run(statement string, args ...any) {
	c.t.Helper()
	if _, err := c.db.ExecContext(c.t.Context(), statement, args...); err != nil {
		c.t.Fatal(err)
	}
}

// cut closes all connections, and prevents new ones until mend.
func (c cutOff) cut() {
	c.run("ALTER ROLE " + c.name + " NOLOGIN")
	c.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", c.name)
}

func (c cutOff) mend() { c.run("ALTER ROLE " + c.name + " LOGIN") }

// url is the address of a database as this user.
func (c cutOff) url(dsn string) string {
	address := databaseURL(c.t, dsn)
	_, rest, _ := strings.Cut(address, "@")
	return "postgres://" + c.name + "@" + rest
}

// talkOn has somebody say a line in a lounge's room again and again until the context ends.
func talkOn(ctx context.Context, t *testing.T, host, room string, s *App) error {
	t.Helper()
	spoken, err := playback.Lines()
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		said, err := playback.Record(spoken[:1], func(time.Duration) time.Duration { return time.Second })
		if err != nil {
			return err
		}
		in := playback.Lounge{BaseURL: "http://" + host, Room: room, Peer: s.Peers}
		if err := in.Join(ctx, playback.Voice{Name: "Ana", Source: said.Source()}, func() {}); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// talkingStage returns the address of a lounge's room in which somebody talks until the context ends, in a goroutine of the group.
func talkingStage(ctx context.Context, t *testing.T, group *errgroup.Group) (address string) {
	t.Helper()
	lounge, l := openTestAppWith(t, t.TempDir())
	host := l.Addr().String()
	group.Go(func() error { return lounge.Run(ctx, l, func(ctx context.Context) error { <-ctx.Done(); return nil }) })
	group.Go(func() error { return talkOn(ctx, t, host, "stage", lounge) })
	return "lounge://" + host + "/stage"
}

// stageHand opens an app with a database that may join a room.
func stageHand(t *testing.T, room, database string) (*App, net.Listener) {
	t.Helper()
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_DATABASE="+database)
	trust(s, noSecrets, room)
	return s, l
}

// serveRoom has an app listen in a room of its configuration until the context ends.
func serveRoom(ctx context.Context, s *App, l net.Listener, address string) error {
	return s.Run(ctx, l, func(ctx context.Context) error {
		return s.Fleet.Run(ctx, []fleet.JoinRequest{{Address: address, Name: "Stage", Standing: true}}, nil)
	})
}

// Two processes have the same room in their configuration. The one that is in the room loses its connection to the database: it
// leaves the room, and the other continues the session: what nobody heard is a gap, and what was open stays open. When the first can
// write again, it changes nothing in the session.
func TestARoomOfAProcessThatIsCutOff(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group errgroup.Group
	dsn := pgtest.DSN(t)
	line := newCutOff(t, dsn)
	address := talkingStage(ctx, t, &group)
	id := idOf(t, address)
	one, onel := stageHand(t, address, line.url(dsn))
	two, twol := stageHand(t, address, databaseURL(t, dsn))
	group.Go(func() error { return serveRoom(ctx, one, onel, address) })
	session := models.SessionInfo{}
	live := func(epoch int) bool {
		found, err := two.Store.Sessions(ctx, models.SessionQuery{Room: id})
		if err != nil || len(found) > 1 {
			t.Fatal(found, err)
		}
		if len(found) == 0 || !found[0].Live() {
			return false
		}
		session = found[0]
		return slices.ContainsFunc(lines(t, two, session.ID), func(u models.Utterance) bool { return u.Epoch == epoch && u.Text != "" })
	}
	waittest.Until(t, "a line is stored", func() bool { return live(1) })
	group.Go(func() error { return serveRoom(ctx, two, twol, address) })
	waittest.Until(t, "both run", func() bool { return len(nodes(t, two)) == 2 })
	u := lines(t, two, session.ID)[0]
	ask := models.Decision{
		ID: "ask", Session: session.ID, Utterance: u.Key, SpeakerID: u.SpeakerID, Ask: models.AskOpen, Expires: time.Now().Add(time.Hour),
		Created: time.Now(),
	}
	mute := models.Restriction{ // of somebody who is away: of one who is there the room would say that it is lifted
		Room: id, Person: "cem", Verb: models.VerbMute, Session: session.ID, Since: time.Now(), Until: time.Now().Add(time.Hour),
	}
	err := errors.Join(
		one.Store.Put(ctx, models.Record{Session: session.ID, Decisions: []models.Decision{ask}}), one.Store.PutRestriction(ctx, mute),
	)
	if err != nil {
		t.Fatal(err)
	}

	line.cut()
	waittest.Until(t, "the process that is cut off leaves the room", func() bool { return !one.Fleet.Has(id) })
	waittest.Until(t, "the other hears it", func() bool { return live(2) })
	line.mend()
	waittest.Until(t, "the first can write again", func() bool { return one.Store.TryWriting(ctx) == nil && one.Store.Trouble() == nil })
	if one.Fleet.Has(id) || !two.Fleet.Has(id) || session.Epoch != 2 {
		t.Errorf("in the room: %v and %v; epoch %d", one.Fleet.Has(id), two.Fleet.Has(id), session.Epoch)
	}
	gaps, err := two.Store.Gaps(ctx, session.ID)
	if i := slices.IndexFunc(gaps, func(g models.Gap) bool { return g.Cause == models.GapRestart }); err != nil || i < 0 ||
		gaps[i].EndMS-gaps[i].StartMS < 1000 {
		t.Errorf("what nobody heard: %+v, %v", gaps, err)
	}
	if d, err := two.Store.Decision(ctx, "ask"); err != nil || d.Ask != models.AskOpen {
		t.Errorf("an open ask: %+v, %v", d, err)
	}
	if in, err := two.Store.Restrictions(ctx, id); err != nil || len(in) != 1 || !in[0].Until.After(time.Now().Add(time.Minute)) {
		t.Errorf("a timed mute: %+v, %v", in, err)
	}
	clickElsewhere(t, one, two, id)
	if ended, err := two.Store.Session(t.Context(), session.ID); err != nil || ended.Reason != models.EndLeft {
		t.Errorf("sent out: %+v, %v", ended.Session, err)
	}
	stop()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// clickElsewhere has a host pause, resume, send away and invite the bot on the page of one process, for a room that another process
// is in.
func clickElsewhere(t *testing.T, page, hears *App, room string) {
	t.Helper()
	ctx, n := t.Context(), page.invited("http://127.0.0.1")
	for _, on := range []bool{true, false} {
		if err := page.Sessions.Hosts().Pause(ctx, room, on, "Ana"); err != nil || page.Sessions.Hosts().Paused(ctx, room) != on {
			t.Errorf("pause %v: %v", on, err)
		}
		waittest.Until(t, "the other process does it", func() bool { return hears.Sessions.Hosts().Paused(ctx, room) == on })
	}
	state := func() string { return hears.Fleet.States()[0].State }
	if _, err := n.Invite(ctx, models.Invitation{URL: hears.Fleet.States()[0].URL, By: "Ana"}); !errors.Is(err, models.ErrConflict) {
		t.Errorf("invited where the bot is: %v", err)
	}
	if _, err := n.Leave(ctx, room, "Ana"); err != nil {
		t.Error(err)
	}
	waittest.Until(t, "the other process leaves", func() bool { return state() == "waiting" })
	if _, err := n.Invite(ctx, models.Invitation{URL: hears.Fleet.States()[0].URL, By: "Ana"}); err != nil {
		t.Error(err)
	}
	waittest.Until(t, "the other process comes", func() bool { return state() == "listening" })
}

// stateOf is the state of one process, as another sees it.
func stateOf(t *testing.T, sees, s *App) string {
	t.Helper()
	p, err := sees.processes.all(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range p.Nodes {
		if n.ID == s.node.ID() {
			return n.State
		}
	}
	return ""
}

// A process that is drained hands over its room, and accepts none until it is told to: the session continues in the other process
// without a gap, and nothing is stored twice.
func TestARoomIsHandedOver(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	// Not beside the others: a process that is so busy that it loses its lease hands nothing over.
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group errgroup.Group
	database, address := databaseURL(t, pgtest.DSN(t)), talkingStage(ctx, t, &group)
	id := idOf(t, address)
	one, onel := stageHand(t, address, database)
	two, twol := stageHand(t, address, database)
	serving, upgrade := context.WithCancel(ctx)
	left := make(chan error, 1)
	go func() { left <- serveRoom(serving, one, onel, address) }()
	said := func(epoch int) (out []models.Utterance) {
		found, err := two.Store.Sessions(ctx, models.SessionQuery{Room: id})
		if err != nil || len(found) > 1 || len(found) == 1 && !found[0].Live() {
			t.Fatal(found, err)
		}
		for _, x := range found {
			for _, u := range lines(t, two, x.ID) {
				if u.Epoch == epoch && u.Text != "" {
					out = append(out, u)
				}
			}
		}
		return out
	}
	waittest.Until(t, "a line is stored", func() bool { return len(said(1)) > 0 })
	group.Go(func() error { return serveRoom(ctx, two, twol, address) })
	waittest.Until(t, "both run", func() bool { return len(nodes(t, two)) == 2 })
	drain := func(on bool) error {
		_, err := one.processes.drain(ctx, "", on)
		return err
	}
	waittest.Until(t, "the other can take the room", func() bool { // one that a busy machine keeps from saying so cannot
		err := drain(true)
		if err != nil && !errors.Is(err, models.ErrConflict) {
			t.Fatal(err)
		}
		return err == nil
	})
	waittest.Until(t, "the other goes on", func() bool { return len(said(2)) > 1 })
	waittest.Until(t, "the first is empty", func() bool { return stateOf(t, two, one) == models.NodeDrained })
	_, err := two.processes.drain(ctx, "", true)
	if told := explained(err).Error(); !errors.Is(err, models.ErrConflict) ||
		!strings.HasPrefix(told, "no other process could take the rooms") {
		t.Errorf("the last one that takes rooms is drained: %v, %s", err, told)
	}
	lobby := strings.TrimSuffix(address, "stage") + "lobby"
	if _, err := one.Fleet.Join(ctx, fleet.JoinRequest{Address: lobby}); !errors.Is(err, fleet.ErrDraining) {
		t.Errorf("invited while it is drained: %v", err)
	}
	if err := drain(false); err != nil {
		t.Error(err)
	}
	waittest.Until(t, "the first takes rooms again", func() bool {
		return one.Fleet.Takes() && stateOf(t, two, one) == models.NodeAlive
	})
	upgrade()
	if err := <-left; err != nil {
		t.Error(err)
	}
	var until int64
	for _, u := range said(1) {
		until = max(until, u.EndMS)
	}
	after := said(2)
	for _, u := range after {
		if u.StartMS < until {
			t.Errorf("a line from %d ms on is stored by both: the first heard until %d ms", u.StartMS, until)
		}
	}
	gaps, err := two.Store.Gaps(ctx, after[0].Session)
	if err != nil || slices.ContainsFunc(gaps, func(g models.Gap) bool {
		return g.Cause == models.GapRestart || g.Cause == models.GapCut && g.SpeakerID == "" // else this machine was too busy to hear them
	}) {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
	stop()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// serveTimes has an app be in the rooms for which hosts have added times, until the context ends.
func serveTimes(ctx context.Context, s *App, l net.Listener, times *roomtimes.Scheduler) error {
	return s.Run(ctx, l, func(ctx context.Context) error { return s.Fleet.Run(ctx, nil, times.Run) })
}

// A room has a time that a host added on the page of one process, and another was invited to or sent to by its server. The host pauses
// listening, and somebody objects. When that process is cut off, another is in both rooms, whose configuration knows neither: listening
// there is paused until a host resumes it, and whoever objected is not recorded.
func TestAddedTimesAndInvitationsOfAProcessThatIsCutOff(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group errgroup.Group
	dsn := pgtest.DSN(t)
	line, address := newCutOff(t, dsn), talkingStage(ctx, t, &group)
	id, lobby := idOf(t, address), strings.TrimSuffix(address, "stage")+"lobby"
	one, onel := stageHand(t, address, line.url(dsn))
	two, twol := stageHand(t, address, databaseURL(t, dsn))
	times := one.rooms.times(one.Fleet, nil)
	one.ListensAt(onel) // a time is added as soon as it runs
	group.Go(func() error { return serveTimes(ctx, one, onel, times) })
	hears := func(s *App, room string) (session string) {
		for _, x := range s.Fleet.States() {
			if x.Room == room && x.State == "listening" {
				session = x.Session
			}
		}
		return session
	}
	began := time.Now().UTC().Add(-time.Hour)
	if _, err := times.AddTime(ctx, models.ScheduledTime{
		URL: address, Name: "Stage", Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, From: began.Hour()*60 + began.Minute(), Minutes: 600,
		Zone: "UTC", By: "Ana",
	}); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "it is the time", func() bool { return hears(one, id) != "" })
	session := hears(one, id)
	waittest.Until(t, "a line is stored", func() bool { return len(lines(t, two, session)) > 0 })
	if _, err := one.Fleet.Join(ctx, fleet.JoinRequest{Address: lobby, Name: "Lobby"}); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the bot comes as invited", func() bool { return hears(one, idOf(t, lobby)) != "" })
	objection := models.Consent{Session: session, Room: id, SpeakerID: "bea", What: models.ConsentObjected, How: "chat"}
	if err := errors.Join(one.Sessions.Hosts().Pause(ctx, id, true, "Ana"), one.Store.PutConsent(ctx, objection)); err != nil {
		t.Fatal(err)
	}
	group.Go(func() error { return serveTimes(ctx, two, twol, two.rooms.times(two.Fleet, nil)) })
	waittest.Until(t, "both run", func() bool { return len(nodes(t, two)) == 2 })

	line.cut()
	waittest.Until(t, "the other keeps to the time", func() bool { return hears(two, id) == session })
	waittest.Until(t, "the other is where the first was invited", func() bool { return hears(two, idOf(t, lobby)) != "" })
	line.mend()
	later := func() bool {
		return slices.ContainsFunc(lines(t, two, session), func(u models.Utterance) bool { return u.Epoch > 1 })
	}
	if !two.Sessions.Hosts().Paused(ctx, id) || later() {
		t.Error("listening is not paused any more")
	}
	if objected, by, err := two.rooms.wishes(ctx, id); err != nil || by != "Ana" || !objected("bea") || objected("ana") {
		t.Errorf("paused by %q, %v", by, err)
	}
	if err := two.Sessions.Hosts().Pause(ctx, id, false, "Kim"); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "a line is stored after the break", later)
	stop()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
