// Package pages serves the review pages for people: HTML from embedded templates, with their stylesheet and script, and the forms
// that change data. The pages work without the script; the script adds live updates.
package pages

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
	"earshot/moderation/review/pages/static"
	"earshot/moderation/review/record"
)

// Hub provides cursors from which a page can resume the events. events.Hub implements it.
type Hub interface {
	Cursor() events.Cursor
	Text(c events.Cursor) string
}

// Config configures the pages.
type Config struct {
	Record *record.Record
	Desk   *record.Desk
	Rooms  *record.Rooms
	Auth   *auth.Authenticator
	// Members are the users who can log in; nil: there is no login.
	Members *auth.Members
	Hub     Hub
	// Rules are the rules in use, for trying and replaying; nil: neither is possible.
	Rules record.Rulebook
	// Tuner suggests rule changes and applies them; nil: there are none.
	Tuner record.Tuner
	// RuleFiles are the rule files in use, for editing; nil: they can't be edited.
	RuleFiles record.RuleFiles
	// LeastHeard returns the people in a session's room who spoke least, in that order; nil: unknown.
	LeastHeard func(session string) models.Floor
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// WAV converts a clip's Ogg Opus to a WAV file; nil: none is offered.
	WAV func(ogg []byte) ([]byte, error)
	// Conditions returns the state of the service for people who may see some rooms; nil: none. Settings are the current settings,
	// without secrets, and Version is the program's version.
	Conditions func(context.Context, models.RoomSet) []models.Condition
	Settings   []Setting
	Version    string
	// Notice is shown as a banner on every page; "" shows none. Words between backquotes are shown as code.
	Notice string
	// Alarm returns the alarm shown at the top of every page, "" for none.
	Alarm    func() string
	Location *time.Location
	Now      func() time.Time
	Log      *slog.Logger
	// Problem responds to scripts and players, which don't show pages, with an error.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
}

// Pages serves people. Its methods may be called by many goroutines at once.
type Pages struct {
	Config
	notice    []noticePart
	templates map[string]*template.Template
	assets    *static.Assets
}

// New returns Pages. It panics if the embedded templates do not parse, which the package's tests rule out.
func New(c Config) *Pages {
	a, templates := embedded()
	return &Pages{Config: c, notice: parseNotice(c.Notice), templates: templates, assets: a}
}

// The pages by topic.
type (
	recordPages  struct{ *Pages }
	sessionPages struct{ *Pages }
	linePages    struct{ *Pages }
	flagPages    struct{ *Pages }
	rulePages    struct{ *Pages }
	personPages  struct{ *Pages }
	roomPages    struct{ *Pages }
	accessPages  struct{ *Pages }
)

// pieceHeader is sent by the script, which inserts the changed pieces into the page; a form without it gets a redirect. haveHeader
// is added when a page is refreshed, and lists the digests of what the page has. eventHeader is the id of the event that reports a
// decision, in the response to it.
const (
	pieceHeader = "X-Earshot-Piece"
	haveHeader  = "X-Earshot-Have"
	eventHeader = "X-Earshot-Event"
)
