package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// Fleet keeps the bot in any number of rooms: standing ones for good, invited ones until they are over. Its methods may be called
// from any goroutine.
type Fleet struct {
	host Host
	log  *slog.Logger

	mu    sync.Mutex
	rooms map[string]*membership // by room id
	// ctx is Run's, for rooms that are joined later; nil before and after.
	ctx   context.Context //nolint:containedctx // it is the life of Run, which outlasts the calls of Join
	group sync.WaitGroup
}

// New makes a fleet whose rooms a host joins. Run runs it.
func New(host Host, log *slog.Logger) *Fleet {
	return &Fleet{host: host, log: log, rooms: map[string]*membership{}}
}

// Run joins the wanted rooms, takes requests and stays until the context ends, or one of the wanted rooms cannot be. It returns when
// every room is left. invite, which may be nil, is called when requests are taken: it may send some, until its context ends.
func (f *Fleet) Run(ctx context.Context, wanted []JoinRequest, invite func(context.Context)) error {
	ctx, leave := context.WithCancel(ctx)
	f.take(ctx)
	defer func() {
		leave()
		f.take(nil) //nolint:staticcheck // no request is taken any more
		f.group.Wait()
	}()
	for _, r := range wanted {
		if _, err := f.Join(ctx, r); err != nil {
			return models.BadInput(err)
		}
	}
	if invite != nil {
		invite(ctx)
	}
	<-ctx.Done()
	return nil
}

// take has requests carried until a context ends; nil: none is taken.
func (f *Fleet) take(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ctx = ctx
}

// Join begins to carry a request, and does not wait for the room. The errors are ErrThere, ErrStopping and those of
// Host.Connector.
func (f *Fleet) Join(ctx context.Context, r JoinRequest) (models.RoomState, error) {
	room, connector, err := f.host.Connector(ctx, r)
	if err != nil {
		return models.RoomState{}, err
	}
	m, err := f.enter(r, room)
	if err != nil {
		return models.RoomState{}, err
	}
	go func() {
		defer f.exit(m)
		m.keep(connector)
	}()
	return m.state(), nil
}

// enter lists a room that the bot goes to; exit must follow.
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

// exit takes a room off the list.
func (f *Fleet) exit(m *membership) {
	m.leave(nil)
	f.mu.Lock()
	delete(f.rooms, m.room.ID)
	f.mu.Unlock()
	f.group.Done()
}

// in is the membership of a room; nil: the bot is not there.
func (f *Fleet) in(room string) *membership {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rooms[room]
}

// Leave sends the bot out of a room. returns is when it comes back by itself; zero: it does not, or nobody knows.
func (f *Fleet) Leave(room string) (returns time.Time, err error) { return f.End(room, models.EndLeft) }

// End sends the bot out of a room for a reason. Where it waits for its time nothing is to be done. ErrNotThere: it is not there.
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

// Summon has the bot come to a standing room where it waits for its time; false: it does not wait.
func (f *Fleet) Summon(room string) (models.RoomState, bool) {
	m := f.in(room)
	if m == nil || !m.request.Standing {
		return models.RoomState{}, false
	}
	waits := m.summon()
	return m.state(), waits
}

// Find is the id of the room that somebody means by a word, of those that the bot is in; a word that fits none of them stays as it
// is, for it may be a session's. models.ErrConflict: it fits several.
func (f *Fleet) Find(word string) (string, error) {
	f.mu.Lock()
	rooms := make([]models.Room, 0, len(f.rooms))
	for _, m := range f.rooms {
		rooms = append(rooms, m.room)
	}
	f.mu.Unlock()
	room, err := models.FindRoom(rooms, word)
	if errors.Is(err, models.ErrNotFound) {
		return word, nil
	}
	return room.ID, err
}

// Has says whether the bot is in a room or on its way.
func (f *Fleet) Has(room string) bool { return f.in(room) != nil }

// Inside is what the bot may do in a room that it listens in; false: it does not. The error is what keeps it out.
func (f *Fleet) Inside(room string) (bot.Capabilities, bool, error) {
	m := f.in(room)
	if m == nil {
		return bot.Capabilities{}, false, nil
	}
	return m.inside()
}

// States lists the rooms by their ids.
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
