package jitsi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"earshot/bot"
	"earshot/models"
)

const (
	// mostMeetings limits how many meetings are heard at a time, mostDismissed for how many a refusal is remembered.
	mostMeetings  = 64
	mostDismissed = 1024
	// failedFor is how long a meeting that could not be heard is refused: a bridge whose connection was accepted redials at once, while one
	// that was refused waits.
	failedFor = 15 * time.Second
	// leastToken is the minimum length of a bridge's token, in bytes.
	leastToken = 16
)

// Invitation is a meeting for which a bridge dialled in.
type Invitation struct {
	Room      models.Room
	Connector bot.Connector
}

// EndpointConfig configures which bridges to accept, and what becomes of their meetings.
type EndpointConfig struct {
	// Server says how to join the meetings.
	Server Config
	// Token is what bridges must present, as "Authorization: Bearer TOKEN".
	Token string
	// Invited listens in a meeting until it is over. It is called on its own goroutine. It returns how long the meeting's bridges are refused
	// afterwards; with 0, the bot returns as soon as a bridge dials.
	Invited func(ctx context.Context, i Invitation) (refuse time.Duration)
}

// Endpoint accepts bridges, each with a meeting. It is an http.Handler that accepts connections while Run is running.
type Endpoint struct {
	cfg   EndpointConfig
	token [sha256.Size]byte
	up    websocket.Upgrader
	group sync.WaitGroup

	mu        sync.Mutex
	ctx       context.Context //nolint:containedctx // it is the life of Run; nil before and after
	meetings  map[string]*meeting
	opening   int                  // bridges that are accepted and have not been handed to their meetings
	dismissed map[string]time.Time // by meeting id: until when it is refused
	refused   time.Time            // when a wrong token was last logged
	outside   time.Time            // when a room elsewhere was last logged
}

// NewEndpoint validates the configuration. It connects to nothing yet.
func NewEndpoint(c EndpointConfig) (*Endpoint, error) {
	var err error
	if c.Server, err = c.Server.withDefaults(); err != nil {
		return nil, err
	}
	if len(c.Token) < leastToken {
		return nil, models.WithHint(errors.New("jitsi: the bridge's token is missing, or has less than 16 characters"),
			"set EARSHOT_JITSI_TOKEN, or name a token_file for the server under servers, and give it to Jicofo in transcription.http-headers")
	}
	return &Endpoint{
		cfg: c, token: sha256.Sum256([]byte(c.Token)), meetings: map[string]*meeting{}, dismissed: map[string]time.Time{},
		up: websocket.Upgrader{HandshakeTimeout: writeWithin, CheckOrigin: func(*http.Request) bool { return true }}, // the token says who it is
	}, nil
}

// Run accepts bridges until the context ends, and returns after all meetings have been left.
func (e *Endpoint) Run(ctx context.Context) {
	e.mu.Lock()
	e.ctx = ctx
	e.mu.Unlock()
	<-ctx.Done()
	e.mu.Lock()
	e.ctx = nil
	on := slices.Collect(maps.Values(e.meetings))
	e.mu.Unlock()
	for _, m := range on {
		m.close("the service is stopping")
	}
	e.group.Wait()
}

// meetingID matches ids of meetings, which are usually UUIDs. roomName matches the local part of a chat room's address.
var (
	meetingID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	roomName  = regexp.MustCompile(`^[^\s"&'/:<>@]{1,255}$`)
)

// ServeHTTP accepts a bridge: GET with a token, ?sessionId=ID and an optional &room=NAME.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	given := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
	if subtle.ConstantTimeCompare(given[:], e.token[:]) != 1 {
		e.warn(r)
		http.Error(w, "the bridge's token is wrong: Jicofo's transcription.http-headers names it", http.StatusUnauthorized)
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		http.Error(w, "a bridge's websocket only", http.StatusUpgradeRequired)
		return
	}
	q := r.URL.Query()
	id, room := q.Get("sessionId"), q.Get("room")
	room, at, _ := strings.Cut(room, "@")
	switch {
	case !meetingID.MatchString(id) || room != "" && !roomName.MatchString(room):
		http.Error(w, "?sessionId={{MEETING_ID}} is missing, or what it or room= names can be no meeting", http.StatusBadRequest)
		return
	case at != "" && at != e.cfg.Server.MUC:
		e.beside(id, at)
		http.Error(w, "the room is not at "+e.cfg.Server.MUC+": breakout rooms and tenants are not heard", http.StatusForbidden)
		return
	}
	status, why := e.reserve(id)
	if status != http.StatusOK {
		http.Error(w, why, status)
		return
	}
	defer e.group.Done()
	ws, err := e.up.Upgrade(w, r, nil)
	if err != nil { // the upgrader has responded
		e.mu.Lock()
		defer e.mu.Unlock()
		e.opening--
		return
	}
	s := newStream(ws, e.cfg.Server.Log.With("meeting", id))
	m := e.meeting(id, room, s)
	if m == nil {
		s.close(websocket.CloseGoingAway, "the service is stopping")
		return
	}
	err = s.read()
	m.lose(s, err)
	close(s.done)
	switch {
	case errors.Is(err, errJigasi):
		e.cfg.Server.Log.Error("a meeting cannot be heard", "meeting", id, "err", err, "hint", models.Hint(err))
	case !errors.Is(err, errEnd):
		e.cfg.Server.Log.Info("a bridge is gone", "meeting", id, "err", err)
	}
}

// beside logs, at most once a minute, that a bridge dialled for a room outside the configured domain.
func (e *Endpoint) beside(id, at string) {
	if e.again(&e.outside) {
		return
	}
	e.cfg.Server.Log.Warn("a meeting is not heard: its room is at another address than jitsi.muc, as breakout rooms and those of tenants are",
		"meeting", id, "at", at, "muc", e.cfg.Server.MUC)
}

// again reports whether it last returned false less than a minute ago.
func (e *Endpoint) again(last *time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	again := time.Since(*last) < time.Minute
	if !again {
		*last = time.Now()
	}
	return again
}

// warn logs a wrong token, at most once a minute.
func (e *Endpoint) warn(r *http.Request) {
	if !e.again(&e.refused) {
		e.cfg.Server.Log.Warn("a bridge with a wrong token was refused", "from", r.RemoteAddr)
	}
}

// reserve decides whether to accept a meeting's bridge and, if so, adds it to group and opening; group.Done and meeting must follow.
func (e *Endpoint) reserve(id string) (status int, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.meetings[id]
	until, sent := e.dismissed[id]
	switch {
	case e.ctx == nil:
		return http.StatusServiceUnavailable, "the service is starting or stopping; try again in a moment"
	case sent && time.Now().Before(until):
		return http.StatusGone, "the bot was sent out of this meeting, left it, or could not hear it; its log says why"
	case !known && len(e.meetings)+e.opening >= mostMeetings:
		return http.StatusServiceUnavailable, "as many meetings as this machine takes are heard"
	}
	e.group.Add(1)
	e.opening++
	return http.StatusOK, ""
}

// meeting hands a bridge's websocket to its meeting, which it creates if necessary. It returns nil if the endpoint has stopped.
func (e *Endpoint) meeting(id, room string, s *stream) *meeting {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.opening--
	if e.ctx == nil {
		return nil
	}
	m := e.meetings[id]
	if m == nil || m.isOver() { // a meeting that is over may still be being left
		m = newMeeting(id, room, m)
		e.meetings[id] = m
		ctx := e.ctx
		e.group.Go(func() { e.hear(ctx, m) })
	}
	m.take(s)
	return m
}

// hear listens in a meeting until it is over.
func (e *Endpoint) hear(ctx context.Context, m *meeting) {
	defer close(m.left)
	if m.before != nil {
		<-m.before.left
		m.before = nil
		if e.isDismissed(m) {
			m.close("the bot was sent out of the meeting")
			return
		}
	}
	var refuse time.Duration
	room, err := e.find(ctx, m)
	if err == nil {
		var at models.Room
		if at, err = e.cfg.Server.roomAt(room); err == nil {
			c := &Connector{cfg: e.cfg.Server, meeting: m, room: room + "@" + e.cfg.Server.MUC}
			refuse = e.cfg.Invited(ctx, Invitation{Room: at, Connector: c})
		}
	}
	if err != nil && ctx.Err() == nil {
		e.cfg.Server.Log.Error("a meeting cannot be heard", "meeting", m.id, "err", err, "hint", models.Hint(err))
	}
	e.mu.Lock()
	if e.meetings[m.id] == m {
		delete(e.meetings, m.id)
	}
	if !m.isOver() {
		refuse = max(refuse, failedFor)
	}
	if refuse > 0 {
		e.dismiss(m.id, refuse)
	}
	e.mu.Unlock()
	m.close("the bot has left the meeting")
}

// isDismissed reports whether a meeting is to be refused by now, in which case it also removes the meeting.
func (e *Endpoint) isDismissed(m *meeting) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !time.Now().Before(e.dismissed[m.id]) {
		return false
	}
	if e.meetings[m.id] == m {
		delete(e.meetings, m.id)
	}
	return true
}

// dismiss records that a meeting is to be refused for some time. The caller holds mu.
func (e *Endpoint) dismiss(id string, d time.Duration) {
	for old, until := range e.dismissed {
		if len(e.dismissed) >= mostDismissed || time.Now().After(until) {
			delete(e.dismissed, old)
		}
	}
	e.dismissed[id] = time.Now().Add(d)
}
