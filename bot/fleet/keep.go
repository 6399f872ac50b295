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
	// Between two sessions in a standing room.
	rejoinMin = 10 * time.Second
	rejoinMax = 2 * time.Minute
	// The same after somebody sent the bot out, and after the room or its server did not want it.
	awaySent    = 24 * time.Hour
	awayRefused = time.Hour
)

// keep has the bot in the room as the request says: by its timetable, for good, or once.
func (m *membership) keep(connector bot.Connector) {
	switch {
	case m.request.Schedule != nil:
		m.request.Schedule.Keep(m.ctx, m.await, m.come, func(err error) {
			m.log.Warn("a calendar, or something in it, is not understood", "room", m.room.ID, "err", err)
		}, func(ctx context.Context, again bool) bool {
			m.await(time.Time{}) // no longer
			return over(m.stay(ctx, connector, again))
		})
	case m.request.Standing:
		m.always(connector)
	default:
		m.stay(m.ctx, connector, false)
	}
}

// always is in a standing room again and again. After somebody sent the bot out, or did not let it in, it stays away for a time.
func (m *membership) always(connector bot.Connector) {
	for m.ctx.Err() == nil {
		away := awayRefused
		if m.stay(m.ctx, connector, true) == models.EndLeft {
			away = awaySent
		}
		if m.ctx.Err() != nil {
			return
		}
		next := time.Now().Add(away)
		m.log.Info("away from a room of the configuration", "room", m.room.ID, "until", next)
		m.await(next)
		select {
		case <-m.ctx.Done():
		case <-m.come:
		case <-time.After(away):
		}
		m.await(time.Time{})
	}
}

// stay has one session in the room or, again, one after the other, until joining once more would be wrong or the context ends. It
// returns why the last one ended.
func (m *membership) stay(ctx context.Context, connector bot.Connector, again bool) models.EndReason {
	select {
	case <-m.gone: // of a pause that is over
	default:
	}
	for pause := rejoinMin; ; pause = min(2*pause, rejoinMax) {
		began := time.Now()
		reason := m.listen(ctx, connector, again)
		if !again || ctx.Err() != nil || over(reason) {
			return reason
		}
		if time.Since(began) > rejoinMax {
			pause = rejoinMin
		}
		select {
		case <-ctx.Done():
			return reason
		case why := <-m.gone:
			return why
		case <-time.After(pause + time.Duration(rand.Int64N(int64(pause/4)))): //nolint:gosec // jitter
		}
	}
}

// listen has one session in the room, and returns why it ended.
func (m *membership) listen(ctx context.Context, connector bot.Connector, again bool) models.EndReason {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m.during(stop)
	session, err := m.host.Listen(ctx, SessionRequest{
		Room: m.room, Connector: connector, Watch: m.watch, Invited: !again,
		Returns: func(why models.EndReason) bool { return again && isBack(why) },
		Started: m.begin,
	})
	m.during(nil)
	var sent *bot.EndError
	if errors.As(context.Cause(ctx), &sent) && session.Reason == "" { // sent out before it was in
		session.Reason = sent.Reason
	}
	if err != nil {
		m.log.Warn("room ended", "room", m.room.ID, "session", session.ID, "reason", string(session.Reason), "err", err)
	}
	return session.Reason
}

// isBack reports whether the bot is back within seconds, or with the next start, in a standing room. After an erasure it is too, and
// knows nothing more of what it did there.
func isBack(why models.EndReason) bool {
	return !slices.Contains([]models.EndReason{models.EndLeft, models.EndSchedule, models.EndErased}, why)
}

// over reports whether joining again would be wrong.
func over(r models.EndReason) bool {
	return slices.Contains([]models.EndReason{
		models.EndLeft, models.EndReplaced, models.EndRemoved, models.EndDenied, models.EndFailedAuth, models.EndStopped,
	}, r)
}
