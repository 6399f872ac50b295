package fleet

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// Fleet keeps the bot in any number of rooms: in standing ones for good, in others until they are over. Its methods may be called from any
// goroutine.
type Fleet struct {
	host Host
	log  *slog.Logger
	// leases is nil unless rooms are shared with other processes.
	leases *leases

	mu    sync.Mutex
	rooms map[string]*membership // by room id
	// ctx is the context for rooms that are joined later; it is nil before and after Run.
	ctx   context.Context //nolint:containedctx // it is the life of Run, which outlasts the calls of Join
	group sync.WaitGroup

	wanted wanted        // if rooms are shared
	opened chan struct{} // closed once the wanted rooms are being joined and requests are accepted
	open   func()        // closes opened; only the first call has an effect
}

// New returns a fleet whose rooms are joined by host. Run runs it.
func New(host Host, log *slog.Logger) *Fleet {
	opened := make(chan struct{})
	return &Fleet{
		host: host, log: log, rooms: map[string]*membership{}, wanted: wanted{rooms: map[string]wantedRequest{}}, opened: opened,
		open: sync.OnceFunc(func() { close(opened) }),
	}
}

// Run joins the wanted rooms, accepts requests, and runs until the context ends or one of the wanted rooms can't be accepted. It returns
// after every room has been left. Unless it is nil, invite is called once requests are accepted; it may send some until its context ends.
func (f *Fleet) Run(ctx context.Context, wanted []JoinRequest, invite func(context.Context)) error {
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx)) // leases are held until all rooms are left
	var background sync.WaitGroup
	until := ctx
	ctx, leave := context.WithCancelCause(context.WithoutCancel(ctx)) // rooms are handed over before they are left
	f.take(ctx)
	defer func() {
		if err := f.HandOver(ctx); err != nil {
			f.log.Warn("the rooms cannot be handed over", "err", err)
		}
		leave(context.Cause(until))
		f.take(nil) //nolint:staticcheck // no request is taken any more
		f.open()    // wake whoever is waiting
		f.group.Wait()
		letGo()
		background.Wait()
	}()
	begin := f.begin
	if f.leases != nil {
		background.Go(func() { f.keep(holding) })
		background.Go(func() { f.expire(holding) })
		begin = func(ctx context.Context, wanted []JoinRequest) error { return f.beginShared(ctx, wanted, &background) }
	}
	if err := begin(ctx, wanted); err != nil {
		return err
	}
	f.open()
	if invite != nil {
		invite(until)
	}
	<-until.Done()
	return nil
}

// begin starts memberships for the wanted requests.
func (f *Fleet) begin(ctx context.Context, wanted []JoinRequest) error {
	for _, r := range wanted {
		room, connector, err := f.host.Connector(ctx, r)
		if err == nil {
			_, err = f.carry(ctx, r, room, connector)
		}
		if err != nil {
			return models.BadInput(err)
		}
	}
	return nil
}

// take accepts requests, whose memberships last until the context ends at the latest. With nil, no request is accepted.
func (f *Fleet) take(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ctx = ctx
}

// Join starts a membership for a request and does not wait until the room is joined. While the service is starting, it waits until the
// wanted rooms are being joined. It returns ErrThere, ErrStarting, ErrStopping, ErrDraining or an error of Host.Connector.
func (f *Fleet) Join(ctx context.Context, r JoinRequest) (models.RoomState, error) {
	room, connector, err := f.host.Connector(ctx, r)
	if err != nil {
		return models.RoomState{}, err
	}
	select {
	case <-f.opened:
		return f.carry(ctx, r, room, connector)
	case <-ctx.Done():
		return models.RoomState{}, ErrStarting
	}
}

// carry starts a membership for a request.
func (f *Fleet) carry(ctx context.Context, r JoinRequest, room models.Room, connector bot.Connector) (models.RoomState, error) {
	m, err := f.admit(ctx, r, room, models.RoomInvited)
	if err != nil {
		return models.RoomState{}, err
	}
	go func() {
		defer f.exit(m)
		m.keep(connector)
	}()
	return m.state(), nil
}

// visit runs one session in a room that something outside brings the bot to, until it is over or the context ends. entered, unless nil, is
// called before it begins.
func (f *Fleet) visit(ctx context.Context, r JoinRequest, v visited, entered func()) (models.EndReason, error) {
	v.room.Profile = r.Profile
	m, err := f.admit(ctx, r, v.room, v.origin)
	if err != nil {
		return "", err
	}
	defer f.exit(m)
	defer context.AfterFunc(ctx, func() { m.leave(context.Cause(ctx)) })()
	if entered != nil {
		entered()
	}
	return m.stay(m.ctx, v.connector, false), nil
}

// visited is a room that something outside brings the bot to, and how to get in.
type visited struct {
	room      models.Room
	connector bot.Connector
	origin    models.RoomOrigin
}

// admit is enter with a lease for the room if processes share rooms.
func (f *Fleet) admit(ctx context.Context, r JoinRequest, room models.Room, origin models.RoomOrigin) (*membership, error) {
	if f.leases != nil && f.leases.isClosed() {
		return nil, ErrDraining
	}
	m, err := f.enter(r, room)
	if err != nil || f.leases == nil {
		return m, err
	}
	if err := f.leases.take(ctx, wantedRoom(r, room, origin), m); err != nil {
		f.exit(m)
		return nil, err
	}
	return m, nil
}

// enter adds a room that the bot is going to; exit must follow.
func (f *Fleet) enter(r JoinRequest, room models.Room) (*membership, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx == nil {
		return nil, ErrStopping
	}
	if _, there := f.rooms[room.ID]; there {
		return nil, fmt.Errorf("%s: %w", room.ID, ErrThere)
	}
	m := newMembership(f.ctx, r, room, f.host, f.log)
	f.rooms[room.ID] = m
	f.group.Add(1)
	return m, nil
}

// exit removes a room.
func (f *Fleet) exit(m *membership) {
	m.leave(nil)
	if f.leases != nil {
		f.leases.release(m.room.ID)
	}
	f.mu.Lock()
	delete(f.rooms, m.room.ID)
	f.mu.Unlock()
	f.group.Done()
}

// in returns the membership of a room, or nil if there is none.
func (f *Fleet) in(room string) *membership {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rooms[room]
}

// ids lists the rooms that the bot is in, on its way to, or leaving.
func (f *Fleet) ids() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.rooms))
}

// Leave makes the bot leave a room. It returns when the bot will come back by itself, or the zero time if it won't or that is unknown.
func (f *Fleet) Leave(room string) (returns time.Time, err error) { return f.End(room, models.EndLeft) }

// End makes the bot leave a room for a reason; if it is waiting for its scheduled time, End does nothing. It returns when the bot will come
// back by itself, and ErrNotThere if it is not in the room.
func (f *Fleet) End(room string, why models.EndReason) (returns time.Time, err error) {
	m := f.in(room)
	switch {
	case m == nil:
		return returns, fmt.Errorf("%s: %w", room, ErrNotThere)
	case !m.request.Standing:
		m.leave(bot.End(why, nil))
		return returns, nil
	}
	return m.end(why, time.Now()), nil
}

// Summon makes the bot join a standing room in which it is waiting for its time. It returns false if the bot is not waiting.
func (f *Fleet) Summon(room string) (models.RoomState, bool) {
	m := f.in(room)
	if m == nil || !m.request.Standing {
		return models.RoomState{}, false
	}
	waits := m.summon()
	return m.state(), waits
}

// Has reports whether the bot is in a room or on its way there.
func (f *Fleet) Has(room string) bool { return f.in(room) != nil }

// Inside returns what the bot may do in a room and whether it is listening there. The error is what keeps it out.
func (f *Fleet) Inside(room string) (bot.Capabilities, bool, error) {
	m := f.in(room)
	if m == nil {
		return bot.Capabilities{}, false, nil
	}
	return m.inside()
}

// States returns the states of the rooms, sorted by id.
func (f *Fleet) States() []models.RoomState {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]models.RoomState, 0, len(f.rooms))
	for _, m := range f.rooms {
		out = append(out, m.state())
	}
	slices.SortFunc(out, func(a, b models.RoomState) int { return cmp.Compare(a.Room, b.Room) })
	return out
}
