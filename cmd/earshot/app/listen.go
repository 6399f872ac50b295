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
	"earshot/bot/peer"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/moderation/review/events"
	"earshot/transcribe"
)

// drainTime is how long what was heard may go on being stored and decoded after a room, or all rooms, were left.
const drainTime = 20 * time.Second

// host joins rooms for the fleet and listens there: rooms, live sessions and the record meet in it. Its methods may be called from
// any goroutine.
type host struct {
	cfg      configs.Config
	store    store.Store
	hub      *events.Hub
	sessions *live.Sessions
	quota    *live.Quota
	text     *transcribe.Service
	decoders *decoders
	profiles Profiles
	servers  *knownServers
	peers    *peer.Factory
	targets  *targets
	record   *recordWatch
	after    *afterwards.Queue
	log      *slog.Logger

	breakers   fleet.Breakers
	attendance fleet.Attendance
}

// patience is how long the bot stays where nobody is or speaks; 0: for ever.
func patience(r fleet.SessionRequest, configured time.Duration) time.Duration {
	if !r.Invited {
		return 0
	}
	return configured
}

// wishes finds out, for a room, who objected to being written down and who paused listening.
func (h *host) wishes(ctx context.Context, room string) (objected func(string) bool, pausedBy string, err error) {
	marks, err := h.store.Objections(ctx, room)
	if err == nil {
		pausedBy, err = h.store.PausedBy(ctx, room)
	}
	return func(id string) bool { return marks[models.PersonMark(id)] }, pausedBy, err
}

// Listen joins a room and stores what is heard there until the context ends or the room is over. It returns the session with its
// end.
func (h *host) Listen(ctx context.Context, r fleet.SessionRequest) (models.Session, error) {
	if err := h.quota.Admit(ctx); err != nil {
		return models.Session{}, err
	}
	objected, pausedBy, err := h.wishes(ctx, r.Room.ID)
	if err != nil {
		return models.Session{}, err
	}
	p := h.profiles.of(r.Room.Profile)
	started := time.Now().UTC()
	session, err := h.store.StartSession(ctx, models.Session{
		ID: sessionID(shortRoom(r.Room), time.Now()), Room: r.Room.ID, Name: r.Room.Name, URL: r.Room.URL,
		Model: h.decoders.main.Name, Rules: h.sessions.RulesName(p.name), Started: started,
		Profile: p.name, ModerateOnly: p.cfg.ModerateOnly,
	})
	if err != nil {
		return session, err
	}
	session.Started = started // with its monotonic reading
	running, err := h.sessions.Begin(ctx, session)
	if err != nil {
		return session, err
	}
	h.targets.meet(ctx, r.Room)
	h.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	if r.Started != nil {
		r.Started(session)
	}
	var preview func(models.Clip)
	if h.cfg.Partials > 0 && !session.ModerateOnly {
		preview = h.text.Preview
	}
	var stay *live.Stay
	room, err := room.New(room.Config{
		Room: r.Room, Session: session, Connector: r.Connector, Sink: running, Observer: running, Hold: memoryOf(p.cfg),
		Segment: speech.SegmentConfig(h.cfg), NewVAD: speech.NewVAD(h.decoders.vad), Preview: preview, PreviewEvery: h.cfg.Partials,
		Watch:  r.Watch,
		Log:    h.log,
		Notice: botNotice(p.cfg, r.Room.URL), Needs: p.needs(), MaxTime: p.cfg.Stay.MaxTime, Alone: patience(r, p.cfg.Stay.Alone),
		Silence: patience(r, p.cfg.Stay.Silence), Objected: objected, Paused: pausedBy != "", Breaker: h.breakers.Of(r.Room.URL),
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
	defer h.attendance.Enter(room)()
	keeper := restrict.New(restrict.Config{
		Store: h.store, Actions: h.store, Room: room, RoomID: r.Room.ID, Told: h.sessions.Acted, Log: h.log,
	})
	stay = running.Enter(room, keeper)
	kept := make(chan error, 1)
	go func() { kept <- stay.Run(context.WithoutCancel(ctx)) }()
	reason, err := room.Run(ctx)
	stay.Leave(context.WithoutCancel(ctx), nil)
	return h.endSession(ctx, session, reason, errors.Join(err, <-kept))
}

// memoryOf is how much sound is held in memory: none when none is kept.
func memoryOf(cfg configs.Config) time.Duration {
	if cfg.Evidence.Keep <= 0 || cfg.ModerateOnly {
		return 0
	}
	return cfg.Evidence.Memory
}

// endSession stores the end of a stay, also when the context has ended, and passes the stay's error on.
func (h *host) endSession(ctx context.Context, session models.Session, reason models.EndReason, cause error) (models.Session, error) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	session.Ended, session.Reason = session.Started.Add(time.Since(session.Started)), reason // by the clock of its lines
	err := h.store.EndSession(keep, session.ID, reason, session.Ended)
	if errors.Is(err, models.ErrNotFound) { // it was erased: there is nothing to end, and nothing comes after
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

// sessionEnded shows a session's stored end, and does what comes after it. Lines that are still being decoded come later;
// the page shows them all the same.
func (h *host) sessionEnded(_ context.Context, session models.Session) {
	h.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	h.after.Add(session.ID)
}

// botNotice is what the bot says of itself in the room of an address.
func botNotice(c configs.Config, address string) bot.Notice {
	kind, err := fleet.KindOf(address)
	days := time.Duration(c.Retention.Transcripts) / (24 * time.Hour)
	if c.ModerateOnly {
		days = time.Duration(c.Retention.Flags) / (24 * time.Hour)
	}
	return bot.Notice{
		Name: fleet.BotName, Language: speech.MainLanguage(c), KeepDays: int(days), FlagsOnly: c.ModerateOnly, Words: c.Announcement,
		NoChat: err == nil && !kind.Chat,
	}
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
