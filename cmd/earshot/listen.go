package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"earshot/bot"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/live"
)

// stay is one room that a station listens in.
type stay struct {
	room      models.Room
	connector bot.Connector
	// started, when set, is told the stored session before the bot joins; watch is told the room's states.
	started func(models.Session)
	watch   func(room.Status)
	// guest says that the bot was invited: it leaves by itself where nobody is or nobody speaks.
	guest bool
	// returns says whether the bot comes back by itself after a stay that ended so: then what is in force against people stays, for
	// the next stay to end. nil: it does not.
	returns func(models.EndReason) bool
}

// patience is how long the bot stays where nobody is or speaks; 0: for ever.
func (st stay) patience(configured time.Duration) time.Duration {
	if !st.guest {
		return 0
	}
	return configured
}

// wishes finds out, for a room, who objected to being written down and who paused listening.
func (s *station) wishes(ctx context.Context, room string) (objected func(string) bool, pausedBy string, err error) {
	marks, err := s.store.Objections(ctx, room)
	if err == nil {
		pausedBy, err = s.store.PausedBy(ctx, room)
	}
	return func(id string) bool { return marks[models.PersonMark(id)] }, pausedBy, err
}

// listenIn joins a room and stores what is heard there until the context ends or the room is over. It returns the
// session with its end.
func (s *station) listenIn(ctx context.Context, st stay) (models.Session, error) {
	if err := s.quota.Admit(ctx); err != nil {
		return models.Session{}, err
	}
	objected, pausedBy, err := s.wishes(ctx, st.room.ID)
	if err != nil {
		return models.Session{}, err
	}
	p := s.profiles.of(st.room.Profile)
	started := time.Now().UTC()
	session, err := s.store.StartSession(ctx, models.Session{
		ID: sessionID(shortRoom(st.room), time.Now()), Room: st.room.ID, Name: st.room.Name, URL: st.room.URL,
		Model: s.speech.name, Rules: s.sessions.RulesName(p.name), Started: started,
		Profile: p.name, ModerateOnly: p.cfg.ModerateOnly,
	})
	if err != nil {
		return session, err
	}
	session.Started = started // with its monotonic reading
	running, err := s.sessions.Begin(ctx, session)
	if err != nil {
		return session, err
	}
	s.meetRoom(ctx, st.room)
	s.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	if st.started != nil {
		st.started(session)
	}
	var preview func(models.Clip)
	if s.cfg.Partials > 0 && !session.ModerateOnly {
		preview = s.text.Preview
	}
	attending := newAttending(ctx, st.returns)
	room, err := room.New(room.Config{
		Room: st.room, Session: session, Connector: st.connector, Sink: running, Observer: running, Hold: memoryOf(p.cfg),
		Segment: segmentConfig(s.cfg), NewVAD: newVAD(s.vad), Preview: preview, PreviewEvery: s.cfg.Partials, Watch: st.watch, Log: s.log,
		Notice: botNotice(p.cfg, st.room.URL), Needs: p.needs(), MaxTime: p.cfg.Stay.MaxTime, Alone: st.patience(p.cfg.Stay.Alone),
		Silence: st.patience(p.cfg.Stay.Silence), Objected: objected, Paused: pausedBy != "", Breaker: s.breakers.of(st.room.URL),
		Farewell: attending.farewell,
	})
	if err != nil {
		return session, err
	}
	defer s.stays.enter(room)()
	keeper := restrict.New(restrict.Config{
		Store: s.store, Actions: s.store, Room: room, RoomID: st.room.ID, Told: s.sessions.Acted, Log: s.log,
	})
	go func() { attending.ended(running.Attend(attending.ctx, room, keeper)) }()
	reason, err := room.Run(ctx)
	return s.endSession(ctx, session, reason, errors.Join(err, attending.end()))
}

// keepOf is how the sound of flagged lines is kept.
func keepOf(cfg configs.Config) live.Keep {
	return live.Keep{For: cfg.Evidence.Keep, Before: cfg.Evidence.Before, After: cfg.Evidence.After}
}

// memoryOf is how much sound is held in memory: none when none is kept.
func memoryOf(cfg configs.Config) time.Duration {
	if cfg.Evidence.Keep <= 0 || cfg.ModerateOnly {
		return 0
	}
	return cfg.Evidence.Memory
}

// endSession stores the end of a stay, also when the context has ended, and passes the stay's error on.
func (s *station) endSession(ctx context.Context, session models.Session, reason models.EndReason, cause error) (models.Session, error) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	session.Ended, session.Reason = session.Started.Add(time.Since(session.Started)), reason // by the clock of its lines
	err := s.store.EndSession(keep, session.ID, reason, session.Ended)
	if errors.Is(err, models.ErrNotFound) { // it was erased: there is nothing to end, and nothing comes after
		s.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
		return session, cause
	}
	if err != nil {
		s.record.later(session, err)
		return session, errors.Join(cause, err)
	}
	s.sessionEnded(keep, session)
	return session, cause
}

// sessionEnded shows a session's stored end, and does what comes after it. Lines that are still being decoded come later;
// the page shows them all the same.
func (s *station) sessionEnded(_ context.Context, session models.Session) {
	s.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	s.wrapUps.add(session.ID)
}

// shortRoom is a room's name for ids of sessions.
func shortRoom(r models.Room) string {
	if at, err := models.ParseAddress(r.URL); err == nil {
		return at.Short()
	}
	return models.ShortRoom(r.ID)
}

// sessionID is a new id that sorts by time and tells the room: open-mic-20260102-150405-x7k2.
func sessionID(room string, now time.Time) string {
	return fmt.Sprintf("%s-%s-%s", room, now.UTC().Format("20060102-150405"), strings.ToLower(rand.Text()[:4]))
}
