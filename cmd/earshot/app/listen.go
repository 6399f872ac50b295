package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/live"
)

// patience is how long the bot stays where nobody is or speaks; 0: for ever.
func patience(r fleet.SessionRequest, configured time.Duration) time.Duration {
	if !r.Invited {
		return 0
	}
	return configured
}

// wishes finds out, for a room, who objected to being written down and who paused listening.
func (s *Station) wishes(ctx context.Context, room string) (objected func(string) bool, pausedBy string, err error) {
	marks, err := s.Store.Objections(ctx, room)
	if err == nil {
		pausedBy, err = s.Store.PausedBy(ctx, room)
	}
	return func(id string) bool { return marks[models.PersonMark(id)] }, pausedBy, err
}

// Listen joins a room and stores what is heard there until the context ends or the room is over. It returns the session with its
// end.
func (s *Station) Listen(ctx context.Context, r fleet.SessionRequest) (models.Session, error) {
	if err := s.quota.Admit(ctx); err != nil {
		return models.Session{}, err
	}
	objected, pausedBy, err := s.wishes(ctx, r.Room.ID)
	if err != nil {
		return models.Session{}, err
	}
	p := s.profiles.of(r.Room.Profile)
	started := time.Now().UTC()
	session, err := s.Store.StartSession(ctx, models.Session{
		ID: sessionID(shortRoom(r.Room), time.Now()), Room: r.Room.ID, Name: r.Room.Name, URL: r.Room.URL,
		Model: s.Speech.Name, Rules: s.Sessions.RulesName(p.name), Started: started,
		Profile: p.name, ModerateOnly: p.cfg.ModerateOnly,
	})
	if err != nil {
		return session, err
	}
	session.Started = started // with its monotonic reading
	running, err := s.Sessions.Begin(ctx, session)
	if err != nil {
		return session, err
	}
	s.meetRoom(ctx, r.Room)
	s.Hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	if r.Started != nil {
		r.Started(session)
	}
	var preview func(models.Clip)
	if s.cfg.Partials > 0 && !session.ModerateOnly {
		preview = s.text.Preview
	}
	var stay *live.Stay
	room, err := room.New(room.Config{
		Room: r.Room, Session: session, Connector: r.Connector, Sink: running, Observer: running, Hold: memoryOf(p.cfg),
		Segment: speech.SegmentConfig(s.cfg), NewVAD: speech.NewVAD(s.vad), Preview: preview, PreviewEvery: s.cfg.Partials, Watch: r.Watch,
		Log:    s.Log,
		Notice: botNotice(p.cfg, r.Room.URL), Needs: p.needs(), MaxTime: p.cfg.Stay.MaxTime, Alone: patience(r, p.cfg.Stay.Alone),
		Silence: patience(r, p.cfg.Stay.Silence), Objected: objected, Paused: pausedBy != "", Breaker: s.breakers.Of(r.Room.URL),
		Farewell: func(ctx context.Context, why models.EndReason) {
			if r.Returns != nil && r.Returns(why) {
				stay.Leave(ctx, nil)
			} else {
				stay.Leave(ctx, restrict.ErrForGood)
			}
		},
	})
	if err != nil {
		return session, err
	}
	defer s.stays.Enter(room)()
	keeper := restrict.New(restrict.Config{
		Store: s.Store, Actions: s.Store, Room: room, RoomID: r.Room.ID, Told: s.Sessions.Acted, Log: s.Log,
	})
	stay = running.Enter(room, keeper)
	kept := make(chan error, 1)
	go func() { kept <- stay.Run(context.WithoutCancel(ctx)) }()
	reason, err := room.Run(ctx)
	stay.Leave(context.WithoutCancel(ctx), nil)
	return s.endSession(ctx, session, reason, errors.Join(err, <-kept))
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
func (s *Station) endSession(ctx context.Context, session models.Session, reason models.EndReason, cause error) (models.Session, error) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	session.Ended, session.Reason = session.Started.Add(time.Since(session.Started)), reason // by the clock of its lines
	err := s.Store.EndSession(keep, session.ID, reason, session.Ended)
	if errors.Is(err, models.ErrNotFound) { // it was erased: there is nothing to end, and nothing comes after
		s.Hub.Publish(models.Event{SessionID: session.ID, Session: &session})
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
func (s *Station) sessionEnded(_ context.Context, session models.Session) {
	s.Hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	s.wrapUps.Add(session.ID)
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
