// Package api answers programs: JSON for every operation, and a document that describes them all (OpenAPI 3.1). The document
// and the routes are made from one table.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
	"earshot/moderation/review/record"
)

// Hub is where a program may resume the events after what it has read. events.Hub implements it.
type Hub interface {
	Cursor() events.Cursor
	Text(c events.Cursor) string
}

// Rules are the rules in use, as programs may ask about them.
type Rules interface {
	Try(profile string, e engine.Example) (engine.Tried, error)
	Replay(ctx context.Context, profile, room string, since time.Time) (engine.Replayed, error)
}

// Config is what the API needs. Rules and Members may be nil: their operations are left out.
type Config struct {
	Record  *record.Record
	Rooms   *record.Rooms
	Rules   Rules
	Members *auth.Members
	Hub     Hub
	// Events answers with the events of one session, as JSON.
	Events http.Handler
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// Conditions says how Earshot is doing, to who may see some rooms; nil says nothing.
	Conditions func(context.Context, models.RoomSet) []models.Condition
	Version    string
	Location   *time.Location
	Now        func() time.Time
	Log        *slog.Logger
}

// API answers programs. Its methods may be called by many goroutines at once.
type API struct {
	Config
	answers
}

// New makes an API.
func New(c Config) *API { return &API{c, answers{c.Log}} }
