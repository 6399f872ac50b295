package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/media"
	"earshot/bot/mumble"
	"earshot/bot/peer"
	"earshot/bot/room"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/captions"
	"earshot/cmd/earshot/node"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/moderation/review/events"
	"earshot/transcribe"
)

// drainTime is how long remaining speech may still be stored and decoded after one or all rooms were left.
const drainTime = 20 * time.Second

// host joins rooms for the fleet and listens in them: it connects rooms, live sessions and the record. Its methods may be called
// from any goroutine.
type host struct {
	cfg      configs.Config
	store    store.Store
	hub      *events.Hub
	sessions *live.Sessions
	quota    *live.Quota
	text     *transcribe.Service
	decoders *decoders
	load     *fleet.LoadMeter
	profiles Profiles
	servers  *knownServers
	peers    *peer.Factory
	mumble   *mumble.Store
	targets  *targets
	record   *recordWatch
	after    *afterwards.Queue
	// carryOn takes over the clips of a session from a process that is gone.
	carryOn func(ctx context.Context, session string) error
	log     *slog.Logger

	breakers   fleet.Breakers
	attendance fleet.Attendance
}

// oneSource reports whether a room is a live stream or a device.
func oneSource(r models.Room) bool {
	at, err := models.ParseAddress(r.URL)
	return err == nil && at.Heard() && at.Kind != models.RoomFile
}

// patience is how long the bot stays in an empty or silent room that it was invited to; 0 means for ever.
func patience(r fleet.SessionRequest, configured time.Duration) time.Duration {
	if !r.Invited {
		return 0
	}
	return configured
}

// wishes finds who in a room objected to being transcribed, and who paused listening.
func (h *host) wishes(ctx context.Context, room string) (objected func(string) bool, pausedBy string, err error) {
	marks, err := h.store.Objections(ctx, room)
	if err == nil {
		pausedBy, err = h.store.PausedBy(ctx, room)
	}
	return func(id string) bool { return marks[models.PersonMark(id)] }, pausedBy, err
}

// Listen joins a room and stores what is heard there until the context ends or the room is over. It returns the session, including
// its end.
func (h *host) Listen(ctx context.Context, r fleet.SessionRequest) (models.Session, error) {
	if err := h.quota.Admit(ctx); err != nil {
		return models.Session{}, err
	}
	objected, pausedBy, err := h.wishes(ctx, r.Room.ID)
	if err != nil {
		return models.Session{}, err
	}
	p := h.profiles.of(r.Room.Profile)
	session, unheard, err := h.startSession(ctx, r, p)
	if err != nil {
		return session, err
	}
	a := &attended{host: h, request: r, profile: p, session: session, gate: media.NewGate(), listening: make(chan struct{})}
	var preview func(models.Clip)
	if h.cfg.Partials > 0 && !session.ModerateOnly {
		preview = a.preview
	}
	a.room, err = room.New(room.Config{
		Room: r.Room, Session: session, Connector: r.Connector, Sink: a.gate, Observer: a.gate, Hold: memoryOf(p.cfg),
		Segment: speech.SegmentConfig(h.cfg), NewVAD: speech.NewVAD(h.decoders.vad), Preview: preview, PreviewEvery: h.cfg.Partials,
		Watch:  a.watch,
		Log:    h.log,
		Notice: botNotice(p.cfg, r.Room.URL), Needs: p.needs(), MaxTime: p.cfg.Stay.MaxTime, Alone: patience(r, p.cfg.Stay.Alone),
		Silence: patience(r, p.cfg.Stay.Silence), Objected: objected, Paused: pausedBy != "", Breaker: h.breakers.Of(r.Room.URL),
		OneSource: oneSource(r.Room), Captions: p.cfg.Captions.On() && !session.ModerateOnly,
		Unheard:  unheard,
		Farewell: a.leave,
	})
	if err != nil {
		return session, err
	}
	defer h.attendance.Enter(a.room)()
	if p.cfg.Captions.On() {
		defer captions.New(h.hub, session.ID, p.cfg.Captions, a.room).Begin(context.WithoutCancel(ctx))()
	}
	return a.run(ctx)
}

// memoryOf is how much sound is held in memory: none if no sound is kept.
func memoryOf(cfg configs.Config) time.Duration {
	if cfg.Evidence.Keep <= 0 || cfg.ModerateOnly {
		return 0
	}
	return cfg.Evidence.Memory
}

// endSession stores the end of a session, even if the context has ended, and passes its error on.
func (h *host) endSession(ctx context.Context, session models.Session, reason models.EndReason, cause error) (models.Session, error) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if reason == models.EndMoved {
		session.Reason = reason
		return session, cause
	}
	session.Ended, session.Reason = session.Started.Add(time.Since(session.Started)), reason // by the clock of its lines
	err := h.store.Under(session.ID, session.Epoch, nil).EndSession(keep, session.ID, reason, session.Ended)
	if errors.Is(err, store.ErrFenced) { // another process carries it on
		session.Ended, session.Reason = time.Time{}, models.EndMoved
		return session, cause
	}
	if errors.Is(err, models.ErrNotFound) { // erased: there is no session to end
		h.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
		return session, cause
	}
	if err != nil {
		h.record.later(session, err)
		return session, errors.Join(cause, err)
	}
	h.sessionEnded(keep, session)
	return session, cause
}

// sessionEnded announces that a session has ended and queues what follows. Lines that are still being decoded arrive later; pages
// show them all the same.
func (h *host) sessionEnded(_ context.Context, session models.Session) {
	h.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	h.after.Add(session.ID)
}

// botNotice is how the bot introduces itself in the room at an address.
func botNotice(c configs.Config, address string) bot.Notice {
	kind, err := fleet.KindOf(address)
	days := time.Duration(c.Retention.Transcripts) / (24 * time.Hour)
	if c.ModerateOnly {
		days = time.Duration(c.Retention.Flags) / (24 * time.Hour)
	}
	return bot.Notice{
		Name: fleet.BotName, Language: speech.MainLanguage(c), KeepDays: int(days), FlagsOnly: c.ModerateOnly, Words: c.Announcement,
		NoChat: err == nil && !kind.Chat || c.Jitsi.Hidden && isJitsi(address),
	}
}

// isJitsi says whether an address is that of a Jitsi meeting.
func isJitsi(address string) bool {
	at, err := models.ParseServer(address)
	return err == nil && at.Kind == models.RoomJitsi
}

// shortRoom is a room's name as used in session ids.
func shortRoom(r models.Room) string {
	if at, err := models.ParseAddress(r.URL); err == nil {
		return at.Short()
	}
	return models.ShortRoom(r.ID)
}

// sessionID makes a new id that sorts by time and contains the room's name: open-mic-20260102-150405-x7k2.
func sessionID(room string, now time.Time) string {
	return fmt.Sprintf("%s-%s-%s", room, now.UTC().Format("20060102-150405"), strings.ToLower(rand.Text()[:4]))
}

const (
	// resumeWithin is how long a room may have been without anybody who hears it until a session that was cut short there is over.
	resumeWithin = 10 * time.Minute
	// unspooled is how long before the last sign of life of another process words may have begun that it had not stored yet, if that process
	// did not say.
	unspooled = 15 * time.Second
)

// startSession starts the session of a stay or, where another process or run was cut short, goes on with that one; unheard is since when
// nothing of it was heard. Started has a monotonic reading.
func (h *host) startSession(ctx context.Context, r fleet.SessionRequest, p *profile) (_ models.Session, unheard time.Duration, err error) {
	started := time.Now().UTC()
	s := models.Session{
		ID: sessionID(shortRoom(r.Room), time.Now()), Room: r.Room.ID, Name: r.Room.Name, URL: r.Room.URL,
		Model: h.decoders.main.Name, Rules: h.sessions.RulesName(p.name), Started: started,
		Profile: p.name, ModerateOnly: p.cfg.ModerateOnly,
	}
	var left models.SessionInfo
	if r.Lease != nil { // by the clock that all processes share
		s.Started = r.Lease.Now()
		left, unheard, err = h.leftOver(ctx, *r.Lease)
		if err != nil {
			return s, 0, err
		}
		if left.ID != "" {
			s.ID, started = left.ID, time.Now().Add(-r.Lease.Now().Sub(left.Started))
		}
	}
	if r.Succeed != nil { // it is the other process's until it is handed over
		s.Epoch, s.Started = left.Epoch+1, started
		return s, 0, err
	}
	session, err := h.store.StartSession(ctx, s)
	session.Started = started
	return session, unheard, err
}

// leftOver is the session that goes on in a room that another process heard until lately; without an id: there is none. One that is too
// old is ended.
func (h *host) leftOver(ctx context.Context, l fleet.Lease) (left models.SessionInfo, unheard time.Duration, err error) {
	found, err := h.store.Sessions(ctx, models.SessionQuery{Room: l.ID, Live: true, Limit: 1})
	if err != nil || len(found) == 0 {
		return left, 0, err
	}
	left = found[0]
	heard := time.Duration(left.DurationMS) * time.Millisecond
	if l.Heard.IsZero() || l.Now().Sub(l.Heard) > resumeWithin {
		return models.SessionInfo{}, 0, closeBroken(ctx, h.store, left.Session)
	}
	h.log.Info("a session goes on that another process left", "session", left.ID, "epoch", left.Epoch+1, "room", l.ID)
	until := l.Heard.Sub(left.Started)
	if cut := time.Duration(l.CutMS) * time.Millisecond; cut > 0 && cut <= until+fleet.LeaseTime { // otherwise it is another session's
		return left, cut, nil
	}
	return left, max(heard, until-unspooled, time.Millisecond), nil
}

// takeClips takes over what is not decoded of a session that another process heard before, as soon as that one is known to be gone, and
// until the returned function is called.
func (h *host) takeClips(ctx context.Context, session string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 {
			if err := h.carryOn(ctx, session); err != nil && ctx.Err() == nil {
				h.log.Warn("what another process heard could not be taken over", "session", session, "err", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(node.DeadAfter / 2):
			}
		}
	}()
	return func() { cancel(); <-done }
}
