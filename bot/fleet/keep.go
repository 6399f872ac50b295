package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"earshot/bot"
	"earshot/models"
)

const (
	// Range of the pause between two sessions in a standing room.
	rejoinMin = 10 * time.Second
	rejoinMax = 2 * time.Minute
	// retryMin is the first pause after a session that could not begin because the database did not answer: the room is not to blame.
	retryMin = time.Second
	// The pause after somebody sent the bot out, and after the room or its server refused it.
	awaySent    = 24 * time.Hour
	awayRefused = time.Hour
)

// keep keeps the bot in the room as the request says: by its schedule, for good, or for one session.
func (m *membership) keep(connector bot.Connector) {
	switch sent, why := m.sentOut(); {
	case m.request.Schedule != nil:
		m.request.Schedule.Keep(m.ctx, sent, m.await, m.come, func(err error) {
			m.log.Warn("a calendar, or something in it, is not understood", "room", m.room.ID, "err", err)
		}, func(ctx context.Context, again bool) bool {
			m.await(time.Time{}) // it is no longer waiting
			return over(m.stay(ctx, connector, again))
		})
	case m.request.Standing:
		if away := sent.Add(awayAfter(why)); !sent.IsZero() && time.Now().Before(away) {
			m.rest(away)
		}
		m.always(connector)
	default:
		m.stay(m.ctx, connector, false)
	}
}

// sentOut returns when and why the bot was sent out of its standing room before this process started or took the room; a zero time means
// that it was not.
func (m *membership) sentOut() (at time.Time, why models.EndReason) {
	if !m.request.Standing && m.request.Schedule == nil {
		return at, ""
	}
	last, err := m.host.Last(m.ctx, m.room.ID)
	if err != nil {
		if !errors.Is(err, models.ErrNotFound) && m.ctx.Err() == nil {
			m.log.Warn("how the last session in a room ended is not known", "room", m.room.ID, "err", err)
		}
		return at, ""
	}
	if last.Reason != models.EndLeft && last.Reason != models.EndRemoved {
		return at, ""
	}
	return last.Ended, last.Reason
}

// awayAfter returns how long the bot stays away from a standing room after a session that ended for the given reason.
func awayAfter(why models.EndReason) time.Duration {
	if why == models.EndLeft {
		return awaySent
	}
	return awayRefused
}

// rest waits until the given time or until the bot is invited.
func (m *membership) rest(until time.Time) {
	m.log.Info("away from a room of the configuration", "room", m.room.ID, "until", until)
	m.await(until)
	select {
	case <-m.ctx.Done():
	case <-m.come:
	case <-time.After(time.Until(until)):
	}
	m.await(time.Time{})
}

// always joins a standing room again and again. It stays away for a while after somebody sent the bot out or did not let it in.
func (m *membership) always(connector bot.Connector) {
	for m.ctx.Err() == nil {
		why := m.stay(m.ctx, connector, true)
		if m.ctx.Err() == nil {
			m.rest(time.Now().Add(awayAfter(why)))
		}
	}
}

// stay runs one session in the room or, if again is set, one after another until rejoining would be wrong or the context ends. It returns
// why the last one ended.
func (m *membership) stay(ctx context.Context, connector bot.Connector, again bool) models.EndReason {
	select {
	case <-m.gone: // left over from an earlier pause
	default:
	}
	retry := retryMin
	for pause := rejoinMin; ; pause = min(2*pause, rejoinMax) {
		began := time.Now()
		reason, retries := m.listen(ctx, connector, again)
		if !again && !retries || ctx.Err() != nil || over(reason) {
			return reason
		}
		if time.Since(began) > rejoinMax {
			pause = rejoinMin
		}
		wait := pause
		if retries {
			wait, pause = retry, rejoinMin/2
			retry = min(2*retry, rejoinMax)
		} else {
			retry = retryMin
		}
		select {
		case <-ctx.Done():
			return reason
		case why := <-m.gone:
			return why
		case <-time.After(wait + time.Duration(rand.Int64N(int64(wait/4)))): //nolint:gosec // jitter
		}
	}
}

// listen runs one session in the room and returns why it ended. retries means that it could not begin because the database did not answer,
// that the bot is to come all the same, and that it is still to resume what was left, or to take over the room.
func (m *membership) listen(ctx context.Context, connector bot.Connector, again bool) (reason models.EndReason, retries bool) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m.during(stop)
	m.parted.Store(0)
	defer m.stored.Store(nil)
	lease, succeed := m.inherited(), m.successor()
	session, err := m.host.Listen(ctx, SessionRequest{
		Room: m.room, Connector: connector, Watch: m.watch, Invited: !again,
		Returns: func(why models.EndReason) bool { return again && isBack(why) },
		Started: m.begin, Lease: lease, Succeed: succeed, Parted: m.parted.Store,
		Stored: func(until func() time.Duration) { m.stored.Store(&until) },
	})
	m.during(nil)
	var sent *bot.EndError
	if errors.As(context.Cause(ctx), &sent) && session.Reason == "" { // sent out before it got in
		session.Reason = sent.Reason
	}
	if err != nil {
		m.log.Warn("room ended", "room", m.room.ID, "session", session.ID, "reason", string(session.Reason), "err", err)
	}
	if session.Reason == models.EndMoved { // another process owns the room
		m.leave(bot.End(models.EndMoved, nil))
	}
	retries = session.Reason == "" && errors.Is(err, models.ErrUnavailable) && (again || lease != nil)
	switch {
	case !retries || lease == nil:
	case succeed != nil:
		m.succeeds(*lease, succeed)
	default:
		m.inherit(*lease)
	}
	return session.Reason, retries
}

// isBack reports whether the bot comes back to a standing room within seconds or when the program starts again. After an erasure it does
// too, but no longer knows what it did there, so isBack returns false.
func isBack(why models.EndReason) bool {
	return !slices.Contains([]models.EndReason{models.EndLeft, models.EndSchedule, models.EndErased}, why)
}

// over reports whether rejoining would be wrong.
func over(r models.EndReason) bool {
	return slices.Contains([]models.EndReason{
		models.EndLeft, models.EndReplaced, models.EndRemoved, models.EndDenied, models.EndFailedAuth, models.EndStopped, models.EndMoved,
	}, r)
}

// failed reports whether a session ended because of a malfunction.
func failed(r models.EndReason) bool {
	return slices.Contains([]models.EndReason{models.EndFailedAuth, models.EndFailedICE, models.EndFailedServer}, r)
}
