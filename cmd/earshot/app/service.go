package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

const (
	// Between two stays in a room that is to be listened in for good.
	rejoinMin = 10 * time.Second
	rejoinMax = 2 * time.Minute
	// The same after somebody sent the bot out, and after the room or its server did not want it.
	awaySent    = 24 * time.Hour
	awayRefused = time.Hour
)

// Errors of a service that a caller tells apart.
var (
	errRoomThere = errors.New("the bot listens in this room already")
	errNoRoom    = errors.New("the bot is in no such room")
	errEnding    = errors.New("the service is stopping")
)

// service keeps a station in any number of rooms: those of the configuration for good, invited ones until they are over.
type service struct {
	station *Station

	mu    sync.Mutex
	rooms map[string]*guest // by room id
	// ctx is run's, for rooms that are joined later; nil before and after.
	ctx   context.Context //nolint:containedctx // it is the life of run, which outlasts the calls of invite
	group sync.WaitGroup
}

// guest is the bot in one room.
type guest struct {
	wish Wish
	room models.Room
	// ctx is the stay's; leave ends it.
	ctx   context.Context //nolint:containedctx // it is the life of a stay
	leave context.CancelCauseFunc
	// forGood says that the room is one of the configuration: the bot comes back whatever ended a stay. come has it come now.
	forGood bool
	come    chan struct{}
	gone    chan models.EndReason // why somebody sent it out between two stays

	mu      sync.Mutex
	stop    context.CancelCauseFunc // ends the stay that is on; nil: none is
	status  room.Status
	note    string // what the host was told last in this session
	session string
	since   time.Time
	next    time.Time // when the bot comes next, by its timetable; zero: it is there, or nobody knows
}

// NewService makes a service of a station. Run runs it.
func NewService(s *Station) *service { return &service{station: s, rooms: map[string]*guest{}} }

// Run joins the rooms of the configuration, takes invitations and stays until the context ends; then every room is left.
func (v *service) Run(ctx context.Context, wishes []Wish, n *invitations) error {
	v.mu.Lock()
	v.ctx = ctx
	v.mu.Unlock()
	for _, w := range wishes {
		if _, err := v.join(ctx, w, true); err != nil {
			return models.BadInput(err)
		}
	}
	n.run(ctx)
	<-ctx.Done()
	v.mu.Lock()
	v.ctx = nil
	v.mu.Unlock()
	v.group.Wait()
	return nil
}

// join begins to listen in a room; for good: again and again, whenever a stay is over.
func (v *service) join(ctx context.Context, w Wish, forGood bool) (models.RoomState, error) {
	room, connector, err := v.station.Connector(ctx, w)
	if err != nil {
		return models.RoomState{}, err
	}
	g, err := v.enter(w, room, forGood)
	if err != nil {
		return models.RoomState{}, err
	}
	go func() {
		defer v.exit(g)
		switch {
		case w.Schedule != nil:
			w.Schedule.Keep(g.ctx, g.await, g.come, func(err error) {
				v.station.Log.Warn("a calendar, or something in it, is not understood", "room", room.ID, "err", err)
			}, func(ctx context.Context, forGood bool) bool {
				g.await(time.Time{}) // no longer
				return over(v.stay(ctx, g, connector, forGood))
			})
		case forGood:
			v.always(g, connector)
		default:
			v.stay(g.ctx, g, connector, false)
		}
	}()
	return g.state(), nil
}

// always is in a room of the configuration again and again. After somebody sent the bot out, or did not let it in, it stays
// away for a time.
func (v *service) always(g *guest, connector bot.Connector) {
	for g.ctx.Err() == nil {
		away := awayRefused
		if v.stay(g.ctx, g, connector, true) == models.EndLeft {
			away = awaySent
		}
		if g.ctx.Err() != nil {
			return
		}
		next := time.Now().Add(away)
		v.station.Log.Info("away from a room of the configuration", "room", g.room.ID, "until", next)
		g.await(next)
		select {
		case <-g.ctx.Done():
		case <-g.come:
		case <-time.After(away):
		}
		g.await(time.Time{})
	}
}

// await notes that the bot waits for its time, and when that is; zero: nobody knows.
func (g *guest) await(next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.status.State != room.StateWaiting {
		g.since = time.Now().UTC()
	}
	g.next, g.status = next, room.Status{State: room.StateWaiting}
}

// enter lists a room that the bot goes to, for good where it is one of the configuration; exit must follow.
func (v *service) enter(w Wish, r models.Room, forGood bool) (*guest, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ctx == nil {
		return nil, errEnding
	}
	if _, there := v.rooms[r.ID]; there {
		return nil, fmt.Errorf("%s: %w", r.ID, errRoomThere)
	}
	g := &guest{
		wish: w, room: r, forGood: forGood, come: make(chan struct{}, 1), gone: make(chan models.EndReason, 1), since: time.Now().UTC(),
		status: room.Status{State: room.StateJoining},
	}
	g.ctx, g.leave = context.WithCancelCause(v.ctx)
	v.rooms[r.ID] = g
	v.group.Add(1)
	return g, nil
}

// exit takes a room off the list.
func (v *service) exit(g *guest) {
	g.leave(nil)
	v.mu.Lock()
	delete(v.rooms, g.room.ID)
	v.mu.Unlock()
	v.group.Done()
}

// stay is in a room until it is over or, for good, until the context ends. It returns why the last stay ended.
func (v *service) stay(ctx context.Context, g *guest, connector bot.Connector, forGood bool) models.EndReason {
	select {
	case <-g.gone: // of a pause that is over
	default:
	}
	for pause := rejoinMin; ; pause = min(2*pause, rejoinMax) {
		began := time.Now()
		staying, stop := context.WithCancelCause(ctx)
		g.staying(stop)
		session, err := v.station.ListenIn(staying, Stay{
			Room: g.room, Connector: connector, Watch: g.watch, guest: !forGood,
			returns: func(why models.EndReason) bool { return forGood && isBack(why) },
			Started: func(s models.Session) { g.begin(s.ID) },
		})
		g.staying(nil)
		var sent *bot.EndError
		if errors.As(context.Cause(staying), &sent) && session.Reason == "" { // sent out before it was in
			session.Reason = sent.Reason
		}
		stop(nil)
		if err != nil {
			v.station.Log.Warn("room ended", "room", g.room.ID, "session", session.ID, "reason", string(session.Reason), "err", err)
		}
		if !forGood || ctx.Err() != nil || over(session.Reason) {
			return session.Reason
		}
		if time.Since(began) > rejoinMax {
			pause = rejoinMin
		}
		select {
		case <-ctx.Done():
			return session.Reason
		case why := <-g.gone:
			return why
		case <-time.After(pause + time.Duration(rand.Int64N(int64(pause/4)))): //nolint:gosec // jitter
		}
	}
}

// isBack reports whether the bot is back within seconds, or with the next start, in a room of the configuration. After an erasure
// it is too, and knows nothing more of what it did there.
func isBack(why models.EndReason) bool {
	return !slices.Contains([]models.EndReason{models.EndLeft, models.EndSchedule, models.EndErased}, why)
}

// over reports whether joining again would be wrong.
func over(r models.EndReason) bool {
	return slices.Contains([]models.EndReason{
		models.EndLeft, models.EndReplaced, models.EndRemoved, models.EndDenied, models.EndFailedAuth, models.EndStopped,
	}, r)
}

// leave sends the bot out of a room. returns is when it comes back by itself; zero: it does not, or nobody knows.
func (v *service) leave(room string) (returns time.Time, err error) {
	return v.end(room, models.EndLeft)
}

// end sends the bot out of a room for a reason. Where it waits for its time nothing is to be done.
func (v *service) end(room string, why models.EndReason) (returns time.Time, err error) {
	v.mu.Lock()
	g := v.rooms[room]
	v.mu.Unlock()
	switch {
	case g == nil:
		return returns, fmt.Errorf("%s: %w", room, errNoRoom)
	case !g.forGood:
		g.leave(bot.End(why, nil))
		return returns, nil
	}
	return g.end(why, time.Now()), nil
}

// end ends the stay that is on in a room of the configuration, and says when the bot comes back.
func (g *guest) end(why models.EndReason, now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop == nil && !g.next.IsZero() {
		return g.next
	}
	switch {
	case g.stop != nil:
		g.stop(bot.End(why, nil))
	case over(why):
		select {
		case g.gone <- why:
		default: // somebody did
		}
	}
	if a := g.wish.Schedule; a != nil {
		if until, open := a.Open(now); open {
			now = until
		}
		return a.Next(now)
	}
	return now.Add(awaySent)
}

// staying notes what ends the stay that is on; nil: none is.
func (g *guest) staying(stop context.CancelCauseFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stop = stop
}

// summon has the bot come to a room of the configuration where it waits for its time; false: it does not wait.
func (v *service) summon(id string) (models.RoomState, bool) {
	v.mu.Lock()
	g := v.rooms[id]
	v.mu.Unlock()
	if g == nil || !g.forGood {
		return models.RoomState{}, false
	}
	g.mu.Lock()
	waits := g.stop == nil && g.status.State == room.StateWaiting
	g.mu.Unlock()
	if waits {
		select {
		case g.come <- struct{}{}:
		default: // somebody did
		}
	}
	return g.state(), waits
}

// called is the id of the room that somebody at the keyboard means, of those that the bot is in; a name that none of them has
// stays as it is, for it may be a session's.
func (v *service) called(word string) (string, error) {
	v.mu.Lock()
	rooms := make([]models.Room, 0, len(v.rooms))
	for _, g := range v.rooms {
		rooms = append(rooms, g.room)
	}
	v.mu.Unlock()
	room, err := models.FindRoom(rooms, word)
	if errors.Is(err, models.ErrNotFound) {
		return word, nil
	}
	return room.ID, err
}

// there says whether the bot is in a room or on its way.
func (v *service) there(room string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.rooms[room] != nil
}

// states lists the rooms by name.
func (v *service) states() []models.RoomState {
	v.mu.Lock()
	defer v.mu.Unlock()
	out, deaf := make([]models.RoomState, 0, len(v.rooms)), v.station.Sessions.DeafTo()
	for _, g := range v.rooms {
		state := g.state()
		state.Paused, state.Deaf = v.station.Sessions.Hosts().Paused(g.room.ID), deaf[g.room.ID]
		out = append(out, state)
	}
	slices.SortFunc(out, func(a, b models.RoomState) int { return cmp.Compare(a.Room, b.Room) })
	return out
}

func (g *guest) begin(session string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.session, g.note = session, ""
}

func (g *guest) watch(s room.Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Note != "" { // no change of state
		g.note = s.Note
		return
	}
	if s.State != g.status.State {
		g.since = time.Now().UTC()
	}
	g.status = s
}

func (g *guest) state() models.RoomState {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := models.RoomState{
		Room: g.room.ID, Name: g.room.Name, URL: g.room.URL, State: string(g.status.State), Session: g.session, Since: g.since,
		Reason: g.status.Reason, Profile: g.room.Profile, Next: g.next,
		Note: g.note,
	}
	if g.status.Err != nil {
		out.Problem = g.status.Err.Error()
	}
	return out
}
