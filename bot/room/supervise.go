package room

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
	"earshot/models/ticks"
)

const (
	// joinWithin limits an attempt to join.
	joinWithin = 15 * time.Second
	// steady is how long a connection must have lasted to reset the backoff.
	steady = 30 * time.Second
	// letGo is how long a connector may take to return once its context has ended; then it is abandoned.
	letGo = 10 * time.Second
	// FarewellTime limits Config.Farewell.
	FarewellTime = 5 * time.Second
	// watchEvery is the interval of watch.
	watchEvery = time.Second
	// arriving is how long after the bot's own join people who are reported count as having been there before it.
	arriving = 3 * time.Second
	// returning is how long after a reconnect it may take until those present before are reported again.
	returning = 10 * time.Second
)

var (
	errNoAnswer = errors.New("no answer within 15 s")
	errStuck    = errors.New("the connector did not return within 10 s")
)

// supervise joins and rejoins until there is a reason to end. leave ends the context with a cause.
func (s *stay) supervise(ctx context.Context, leave context.CancelCauseFunc) (models.EndReason, error) {
	down, patience := s.clock.now(), s.cfg.FirstJoin
	reason, last, in := models.EndFailedServer, error(nil), false
	stopped := func() (models.EndReason, error) {
		why, err := stopped(ctx)
		if why == models.EndStopped && !in && last != nil {
			return reason, last
		}
		return why, err
	}
	for {
		if pause := s.cfg.Breaker.ask(); pause > 0 {
			if s.clock.now()-down >= patience {
				return reason, errors.Join(last, errBroken)
			}
			if !s.wait(ctx, errors.Join(last, errBroken), pause) {
				return stopped()
			}
			continue
		}
		s.cfg.Watch(Status{State: StateJoining})
		began := s.clock.now()
		joined, err := s.attempt(ctx, leave)
		in = in || joined
		if ctx.Err() != nil {
			return stopped()
		}
		var again bool
		last = err
		reason, again = classify(err)
		if !joined {
			s.cfg.Breaker.tell(!inTrouble(reason))
		}
		if joined {
			if reason != models.EndFailedICE || s.pipe.HasMedia() { // otherwise signalling works, but media never has
				patience = s.cfg.GiveUp
			}
			if s.clock.now()-began >= steady { // otherwise the delays keep growing
				down = s.clock.now()
			}
		}
		outage := s.clock.now() - down
		if !again || outage >= patience {
			return reason, err
		}
		pause := min(backoff(outage, rand.Float64()), patience-outage) //nolint:gosec // jitter
		s.log.Warn("not in the room, trying again", "ms", pause.Milliseconds(), "err", err)
		if !s.wait(ctx, err, pause) {
			return stopped()
		}
	}
}

// wait waits before the next attempt. It returns false if the context has ended.
func (s *stay) wait(ctx context.Context, why error, pause time.Duration) bool {
	s.cfg.Watch(Status{State: StateWaiting, Err: why, Retry: pause})
	return sleep(ctx, pause)
}

// stopped returns the reason for which a context ended.
func stopped(ctx context.Context) (models.EndReason, error) {
	var e *bot.EndError
	if errors.As(context.Cause(ctx), &e) {
		return e.Reason, e.Err
	}
	return models.EndStopped, nil
}

// classify returns the reason for a connector's error, and whether to retry. An unknown error counts as a failure of the server.
func classify(err error) (models.EndReason, bool) {
	var e *bot.EndError
	if errors.As(err, &e) {
		return e.Reason, e.Retry
	}
	return models.EndFailedServer, true
}

// attempt connects once and reports whether the room was joined.
func (s *stay) attempt(staying context.Context, leave context.CancelCauseFunc) (joined bool, err error) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(staying)) // the connection is kept for the farewell
	defer cancel(nil)
	deadline := time.AfterFunc(joinWithin, func() { cancel(bot.Retry(models.EndFailedServer, errNoAnswer)) })
	defer deadline.Stop()
	c := newConnection(s, s.cfg.Breaker, deadline, leave)
	err = s.connect(staying, ctx, cancel, c)
	c.end()
	if err == nil {
		err = bot.Retry(models.EndFailedServer, errors.New("the connection ended"))
	}
	since, joined := c.joinedAt()
	if _, lost := classify(err); lost && joined && staying.Err() == nil { // if the room is over, nothing of it is missed
		s.pipe.Disconnected(since)
	}
	return joined, err
}

// connect runs the connector and watches the connection until the connector returns, ctx (the connection's) ends or, after a
// farewell, staying ends.
func (s *stay) connect(staying, ctx context.Context, cancel context.CancelCauseFunc, c *connection) error {
	ended := make(chan error, 1)
	connected, gone := context.WithCancel(ctx)
	go func() {
		defer gone()
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("a connector failed", "stack", string(debug.Stack()))
				ended <- bot.Retry(models.EndFailedServer, fmt.Errorf("the connector failed: %v", p))
			}
		}()
		ended <- s.cfg.Connector.Run(ctx, c)
	}()
	watching, stop := context.WithCancel(ctx)
	defer context.AfterFunc(staying, stop)()
	var group sync.WaitGroup
	group.Go(func() { s.watch(watching, cancel, c) })
	group.Go(func() { s.answer(watching, c.requests) })
	group.Go(func() { c.onceIn(watching, c.announcer.run) })
	group.Go(func() { c.onceIn(watching, s.caption) })
	group.Go(func() {
		c.onceIn(watching, func(ctx context.Context) { (&nameplate{stay: s}).run(ctx, s.pauses) })
	})
	defer group.Wait()
	defer stop()
	select {
	case err := <-ended:
		return err
	case <-staying.Done():
		if _, joined := c.joinedAt(); joined {
			c.deafen()
			why, _ := stopped(staying)
			s.farewell(connected, why)
		}
		cancel(context.Cause(staying))
	case <-ctx.Done():
	}
	t := time.NewTimer(letGo)
	defer t.Stop()
	select {
	case err := <-ended:
		return err
	case <-t.C:
		s.log.Error("abandoning a connector", "err", errStuck)
		c.deafen() // it may still open tracks
		return bot.Retry(models.EndFailedServer, errStuck)
	}
}

// watch checks the connection every second, and ends it if speakers are not heard.
func (s *stay) watch(ctx context.Context, cancel context.CancelCauseFunc, c *connection) {
	for range ticks.Every(ctx, watchEvery) {
		c.silent()
		c.lookQuiet()
		c.settle()
		unheard, err := c.watchdog.Look()
		for _, id := range unheard {
			s.note(s.pipe.Name(id) + " is talking but not heard: rejoining soon if this continues")
		}
		if err != nil {
			cancel(bot.Retry(models.EndFailedServer, err))
			return
		}
	}
}

// farewell calls Config.Farewell, once.
func (s *stay) farewell(ctx context.Context, why models.EndReason) {
	if s.parted || s.cfg.Farewell == nil {
		return
	}
	s.parted = true
	ctx, cancel := context.WithTimeout(ctx, FarewellTime)
	defer cancel()
	s.cfg.Farewell(ctx, why)
}
