// Package api serves programs: JSON for every operation, and a document that describes all of them (OpenAPI 3.1). The document and
// the routes come from one table.
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
	"earshot/moderation/review/web"
)

// Hub provides cursors from which a program can resume the events. events.Hub implements it.
type Hub interface {
	Cursor() events.Cursor
	Text(c events.Cursor) string
}

// Rules are the rules in use, as available to programs.
type Rules interface {
	Try(profile string, e engine.Example) (engine.Tried, error)
	Replay(ctx context.Context, profile, room string, since time.Time) (engine.Replayed, error)
}

// Config configures the API. Rules, Tuner and Members may be nil: their operations are omitted.
type Config struct {
	Record  *record.Record
	Desk    *record.Desk
	Rooms   *record.Rooms
	Rules   Rules
	Tuner   record.Tuner
	Members *auth.Members
	Hub     Hub
	// Events serves the events of one session as JSON.
	Events http.Handler
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// Conditions returns the state of the service for people who may see some rooms; nil: none.
	Conditions func(context.Context, models.RoomSet) []models.Condition
	// Processes tells how the processes are that share the database; nil, or nil from it: there is one only.
	Processes func(context.Context) (*models.Processes, error)
	// How is the channel recorded for objections: "api".
	How string
	// Base is the pages' address without a trailing slash, for links; "": as the visitor reaches them.
	Base     string
	Version  string
	Location *time.Location
	Now      func() time.Time
	Log      *slog.Logger
}

// API serves programs. Its methods may be called by many goroutines at once.
type API struct {
	Config
	answers
}

// New makes an API.
func New(c Config) *API { return &API{c, answers{c.Log}} }

// For returns the API for a single visitor who needs no login, because requests arrive through a socket that only the visitor can
// open. how and base are as in Config. more are additional operations, by pattern, which may take long.
func (s *API) For(v auth.Visitor, how, base string, more map[string]func(*http.Request) (any, error)) http.Handler {
	mine := *s
	mine.How, mine.Base = how, base
	mux := http.NewServeMux()
	for pattern, handler := range mine.Routes() {
		mux.Handle(pattern, handler)
	}
	for pattern, answer := range more {
		mux.Handle(pattern, mine.answer(answer))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, web.MaxBody)
		mux.ServeHTTP(w, auth.WithVisitor(r, v))
	})
}
