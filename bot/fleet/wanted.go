package fleet

import (
	"context"
	"fmt"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// wanted holds the standing rooms that a process wants to be heard, by itself or by another one that shares rooms with it.
type wanted struct {
	mu    sync.Mutex
	rooms map[string]wantedRequest // by id
	told  time.Time                // when they were last announced
}

// wantedRequest is a request for a standing room, with the room.
type wantedRequest struct {
	JoinRequest
	room models.Room
}

func (w *wanted) add(r JoinRequest, room models.Room) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, twice := w.rooms[room.ID]; twice {
		return fmt.Errorf("%s: %w", room.ID, ErrThere)
	}
	w.rooms[room.ID], w.told = wantedRequest{r, room}, time.Time{}
	return nil
}

func (w *wanted) remove(room string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.rooms, room)
}

// requests returns the requests, by room.
func (w *wanted) requests() map[string]JoinRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make(map[string]JoinRequest, len(w.rooms))
	for id, x := range w.rooms {
		out[id] = x.JoinRequest
	}
	return out
}

// wantEvery is the interval at which a process announces the rooms that it wants.
const wantEvery = time.Minute

// announce announces the rooms, unless it did so recently. It must not be called concurrently.
func (w *wanted) announce(ctx context.Context, l *leases) error {
	asked := l.now()
	w.mu.Lock()
	var rooms []models.WantedRoom
	for _, x := range w.rooms {
		rooms = append(rooms, wantedRoom(x.JoinRequest, x.room, models.RoomConfigured))
	}
	recent := asked.Sub(w.told) < wantEvery
	w.mu.Unlock()
	if len(rooms) == 0 || recent {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, l.Lasts)
	defer cancel()
	if err := l.Leases.WantRooms(ctx, rooms); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rooms) == len(rooms) { // none was added meanwhile
		w.told = asked
	}
	return nil
}

// Want starts a membership for a standing room, or lets one of the processes that share rooms do so. It returns ErrThere if the bot is in
// the room, on its way there, or wanted there already.
func (f *Fleet) Want(ctx context.Context, r JoinRequest) error {
	room, connector, err := f.host.Connector(ctx, r)
	switch {
	case err != nil:
		return err
	case f.leases == nil:
		_, err = f.carry(ctx, r, room, connector)
		return err
	}
	return f.wanted.add(r, room)
}

// Unwant reverts Want. A session in progress goes on: until it ends, Unwant returns false.
func (f *Fleet) Unwant(room string) bool {
	m := f.in(room)
	standing := m != nil && m.request.Standing
	if standing && m.listens() {
		return false
	}
	f.wanted.remove(room)
	if standing {
		m.leave(bot.End(models.EndSchedule, nil))
	}
	return true
}
