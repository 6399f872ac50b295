// Package restrict keeps what is in force against people in a room: mutes, moves to the audience and bans, each for its time.
// It is the one place that knows of them. What takes effect is written down before it is tried, whatever takes its place
// is written down too, and it ends when its time is over: in this stay, or in the next one if the bot left meanwhile. What
// comes later extends what holds, and the end of something earlier never cuts it short.
//
// The room's own moderators come first: what one of them takes back in the room itself is not set again.
package restrict

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// Store keeps what is in force. models.ErrNotFound is returned by none of its methods.
type Store interface {
	Restrictions(ctx context.Context, room string) ([]models.Restriction, error)
	PutRestriction(context.Context, models.Restriction) error
	EndRestriction(ctx context.Context, room, person string, verb models.Verb) error
}

// Actions keeps what is done. Put and SetAction are models.ErrNotFound when the session was erased.
type Actions interface {
	Action(ctx context.Context, id string) (models.Action, error)
	SetAction(context.Context, models.Action) error
	Put(context.Context, models.Record) error
}

// Config is what a Keeper works with.
type Config struct {
	Store   Store
	Actions Actions
	Room    *room.Room
	// RoomID is the room that the record is about.
	RoomID string
	// Told is told of each action once it is stored; it must not block.
	Told func(models.Action)
	Log  *slog.Logger
}

const (
	// actWithin bounds one action with its climb.
	actWithin = 45 * time.Second
	// storeWithin bounds writing down what came of it, also when the stay ends.
	storeWithin = 5 * time.Second
	// lookEvery is how often it is looked whether all that should be in force is, and nothing else.
	lookEvery = time.Second
	// looksAtOnce bounds the people whom something is done about at once by these looks.
	looksAtOnce = 32
)

// Keeper keeps what is in force in a room during one stay. Its methods may be called from any goroutine.
type Keeper struct {
	Config

	memory *memory
	// parting ends when the bot is about to leave: what is being done is broken off, and nothing more is begun.
	parting context.Context //nolint:containedctx // it is the life of the stay, which Do does not get
	stop    context.CancelFunc
	acts    sync.WaitGroup // what Do does

	mu      sync.Mutex
	closing bool // the bot is about to leave
	turns   map[string]*turn
	sights  map[place]*sight
}

// place is one kind of restriction of one person.
type place struct {
	person string
	verb   models.Verb
}

// New makes the keeper of a stay. Run must run while the bot is there.
func New(c Config) *Keeper {
	m := &memory{Store: c.Store, known: map[place]models.Restriction{}}
	c.Store = m
	k := &Keeper{Config: c, memory: m, turns: map[string]*turn{}, sights: map[place]*sight{}}
	k.parting, k.stop = context.WithCancel(context.Background())
	return k
}

// Run sees to it that what should be in force is, and ends in time, until the context ends. Where its cause is ErrForGood, what
// is in force for a time is taken back then, as far as that goes within some seconds while the bot is still there. It notes what
// the bot leaves behind, and returns after all its goroutines.
func (k *Keeper) Run(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var group sync.WaitGroup
	slots := make(chan struct{}, looksAtOnce)
	back := false
	for {
		if _, inside := k.Room.Can(); inside {
			if !back {
				back = k.comeBack(ctx) == nil
			}
			k.look(ctx, &group, slots)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			group.Wait()
			return k.leave(ctx)
		}
	}
}

// turn lets one thing at a time be done about a person.
type turn struct {
	taken   chan struct{}
	waiting int
}

// take waits for a person's turn. The error is the context's.
func (k *Keeper) take(ctx context.Context, person string) (release func(), err error) {
	t := k.join(person)
	select {
	case t.taken <- struct{}{}:
		return func() { <-t.taken; k.part(person, t) }, nil
	case <-ctx.Done():
		k.part(person, t)
		return nil, context.Cause(ctx)
	}
}

// tryTake is take without waiting.
func (k *Keeper) tryTake(person string) (release func(), ok bool) {
	t := k.join(person)
	select {
	case t.taken <- struct{}{}:
		return func() { <-t.taken; k.part(person, t) }, true
	default:
		k.part(person, t)
		return nil, false
	}
}

func (k *Keeper) join(person string) *turn {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.turns[person]
	if t == nil {
		t = &turn{taken: make(chan struct{}, 1)}
		k.turns[person] = t
	}
	t.waiting++
	return t
}

func (k *Keeper) part(person string, t *turn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t.waiting--; t.waiting == 0 {
		delete(k.turns, person)
	}
}
