package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"earshot/bot/fleet"
	"earshot/bot/media"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
)

// attended is one stay in a room, with its session. What is heard waits at the gate until the session is this process's.
type attended struct {
	*host
	request fleet.SessionRequest
	profile *profile
	session models.Session
	room    *room.Room
	gate    *media.Gate

	once      sync.Once
	listening chan struct{} // closed when the bot is in the room
	stay      atomic.Pointer[live.Stay]
	taken     func() // ends what begin began
}

// watch passes on what state the room is in.
func (a *attended) watch(s room.Status) {
	if s.State == room.StateListening {
		a.once.Do(func() { close(a.listening) })
	}
	if a.request.Watch != nil {
		a.request.Watch(s)
	}
}

// preview shows what is being said, once the session is this process's.
func (a *attended) preview(c models.Clip) {
	if a.stay.Load() != nil {
		a.text.Preview(c)
	}
}

// leave ends the session's part in the room before the bot leaves.
func (a *attended) leave(ctx context.Context, why models.EndReason) {
	stay := a.stay.Load()
	if why == models.EndMoved && a.request.Parted != nil {
		a.request.Parted(a.room.Elapsed().Milliseconds())
	}
	switch {
	case stay == nil:
	case why == models.EndMoved:
		stay.Leave(ctx, live.ErrMoved)
	case a.request.Returns != nil && a.request.Returns(why):
		stay.Leave(ctx, nil)
	default:
		stay.Leave(ctx, restrict.ErrForGood)
	}
}

// run is in the room until the context ends or the room is over.
func (a *attended) run(ctx context.Context) (models.Session, error) {
	kept := make(chan error, 1)
	begin := func(cutMS int64) error {
		if err := a.begin(ctx, cutMS); err != nil {
			return err
		}
		go func() { kept <- a.stay.Load().Run(context.WithoutCancel(ctx)) }()
		return nil
	}
	if a.request.Succeed == nil {
		if err := begin(0); err != nil {
			return a.session, err
		}
		reason, err := a.room.Run(ctx)
		return a.end(ctx, reason, err, kept)
	}
	var reason models.EndReason
	var err error
	left := make(chan struct{})
	go func() { defer close(left); reason, err = a.room.Run(ctx) }()
	taken := a.take(ctx, left, begin)
	if taken != nil {
		a.room.End(models.EndMoved)
	}
	<-left
	if taken != nil {
		a.session.Reason = models.EndMoved
		return a.session, taken
	}
	return a.end(ctx, reason, err, kept)
}

// take takes the session from the process that hears the room, once the bot listens there too. An error means that it is not this
// process's.
func (a *attended) take(ctx context.Context, left <-chan struct{}, begin func(cutMS int64) error) error {
	select {
	case <-a.listening:
	case <-left:
		return errors.New("the bot could not take the room over: it did not get in")
	}
	lease, err := a.request.Succeed(ctx)
	if err != nil {
		return fmt.Errorf("the room was not handed over: %w", err)
	}
	stored, err := a.store.StartSession(context.WithoutCancel(ctx), a.session)
	if err == nil && stored.Epoch != a.session.Epoch {
		err = store.ErrFenced
	}
	if err == nil {
		err = begin(lease.CutMS)
	}
	return err
}

// begin begins the session's part in the room, and opens the gate.
func (a *attended) begin(ctx context.Context, cutMS int64) error {
	running, err := a.sessions.Begin(ctx, a.session)
	if err != nil {
		return err
	}
	a.targets.meet(ctx, a.request.Room)
	a.hub.Publish(models.Event{SessionID: a.session.ID, Session: &a.session})
	if a.request.Started != nil {
		a.request.Started(a.session)
	}
	own := a.store.Under(a.session.ID, a.session.Epoch, func() { a.room.End(models.EndMoved) })
	a.stay.Store(running.Enter(a.room, restrict.New(restrict.Config{
		Store: own, Actions: own, Room: a.room, RoomID: a.request.Room.ID, Told: a.sessions.Acted, Log: a.log,
	})))
	a.gate.Open(running, cutMS)
	if a.request.Stored != nil {
		a.request.Stored(a.room.StoredUntil)
	}
	a.taken = func() {}
	if a.session.Epoch > 1 {
		a.taken = a.takeClips(ctx, a.session.ID)
	}
	return nil
}

// end ends the session after the bot left the room for a reason.
func (a *attended) end(ctx context.Context, reason models.EndReason, err error, kept <-chan error) (models.Session, error) {
	stay := a.stay.Load()
	a.taken()
	if reason == models.EndMoved { // the bot may not have been in
		stay.Leave(context.WithoutCancel(ctx), live.ErrMoved)
	}
	stay.Leave(context.WithoutCancel(ctx), nil)
	return a.endSession(ctx, a.session, reason, errors.Join(err, <-kept))
}
