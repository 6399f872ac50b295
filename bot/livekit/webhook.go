package livekit

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protojson"

	"earshot/models"
)

// EventKind is what a webhook is about.
type EventKind string

// The events that matter to the bot; others are ignored.
const (
	EventRoomStarted  EventKind = "room_started"
	EventRoomFinished EventKind = "room_finished"
	EventJoined       EventKind = "participant_joined"
	EventLeft         EventKind = "participant_left"
	EventPublished    EventKind = "track_published"
)

// Event is one webhook of the server.
type Event struct {
	// ID is the same when the server sends the event again.
	ID   string
	Kind EventKind
	Room models.Room
	// Identity is the participant that a participant or track event is about; empty for room events.
	Identity string
	At       time.Time
}

// WebhookConfig says whose webhooks to accept.
type WebhookConfig struct {
	// URL is livekit://host[:port], where the rooms of these events are.
	URL string
	// Auth must hold the key and the secret that the server signs with.
	Auth Credentials
	// Identity is the bot's own: events about it are ignored. Default "earshot".
	Identity string
	// Told is called with each event, on the request's goroutine; it must not block. An event may come twice, or late.
	Told func(Event)
	Log  *slog.Logger
}

// maxWebhook bounds a webhook's body.
const maxWebhook = 256 << 10

// Webhook takes the server's webhooks: POST with an Authorization token, signed with the API secret, that holds the
// body's SHA-256.
func Webhook(c WebhookConfig) http.Handler {
	if c.Identity == "" {
		c.Identity = "earshot"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		if !c.signed(r.Header.Get("Authorization"), body) {
			c.Log.Warn("a webhook with a wrong signature was refused")
			http.Error(w, "not signed by this server", http.StatusUnauthorized)
			return
		}
		event := &lk.WebhookEvent{}
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, event); err != nil {
			http.Error(w, "not an event", http.StatusBadRequest)
			return
		}
		if e, ok := c.event(event); ok {
			c.Told(e)
		}
	})
}

// signed checks the token and the body's hash in it.
func (c WebhookConfig) signed(token string, body []byte) bool {
	claims, err := c.Auth.verify(strings.TrimPrefix(token, "Bearer "), time.Now())
	if err != nil {
		return false
	}
	sum := sha256.Sum256(body)
	return subtle.ConstantTimeCompare([]byte(claims.SHA256), []byte(base64.StdEncoding.EncodeToString(sum[:]))) == 1
}

func (c WebhookConfig) event(in *lk.WebhookEvent) (Event, bool) {
	e := Event{
		ID: in.GetId(), Kind: EventKind(in.GetEvent()), Identity: in.GetParticipant().GetIdentity(), At: time.Unix(in.GetCreatedAt(), 0).UTC(),
		Room: namedRoom(c.URL, in.GetRoom().GetName()),
	}
	switch e.Kind {
	case EventRoomStarted, EventRoomFinished, EventJoined, EventLeft, EventPublished:
	default:
		return Event{}, false
	}
	return e, e.Room.ID != "" && e.Identity != c.Identity
}

// namedRoom is a room of a server by its name there; the zero value for a name that no address can hold.
func namedRoom(server, name string) models.Room {
	raw := strings.TrimSuffix(server, "/") + "/" + url.PathEscape(name)
	at, err := models.ParseAddress(raw)
	if err != nil {
		return models.Room{}
	}
	return at.RoomAt(raw, name)
}

func roomOf(server string, j *lk.Job) models.Room { return namedRoom(server, j.GetRoom().GetName()) }
