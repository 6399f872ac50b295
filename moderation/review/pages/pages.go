// Package pages is the review as people read it: HTML from embedded templates, with the stylesheet and the script that they
// need, and the forms that change the record. The pages read without the script; the script adds live lines.
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
	"earshot/moderation/review/record"
)

// Hub is where a page may resume the events after what it shows. events.Hub implements it.
type Hub interface {
	Cursor() events.Cursor
	Text(c events.Cursor) string
}

// Config is what the pages need.
type Config struct {
	Record *record.Record
	Rooms  *record.Rooms
	Auth   *auth.Authenticator
	// Members are who may log in; nil: nobody logs in.
	Members *auth.Members
	Hub     Hub
	// Rules are the rules in use, to be tried and replayed; nil: they can't be.
	Rules record.Rulebook
	// LeastHeard is who of those in a session's room spoke least, first; nil: it is not known.
	LeastHeard func(session string) models.Floor
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// Conditions says how Earshot is doing, to who may see some rooms; nil says nothing. Settings is what is in force, without
	// secrets, and Version the program's.
	Conditions func(context.Context, models.RoomSet) []models.Condition
	Settings   []Setting
	Version    string
	// Notice is shown as a banner on every page, "" for none. Words between backquotes are shown as code.
	Notice string
	// Alarm is what every page says on top now, "" for nothing.
	Alarm    func() string
	Location *time.Location
	Now      func() time.Time
	Log      *slog.Logger
	// Problem answers scripts and players, which read no page, with an error.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
}

// Pages answers people. Its methods may be called by many goroutines at once.
type Pages struct {
	Config
	notice    []noticePart
	templates map[string]*template.Template
	assets    *assets
}

// New makes Pages. It panics when the embedded templates do not parse, which the package's tests rule out.
func New(c Config) *Pages {
	a := loadAssets()
	return &Pages{Config: c, notice: parseNotice(c.Notice), templates: loadPages(a), assets: a}
}

// The pages by what they are about.
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
