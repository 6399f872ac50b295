package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// sessionHead is the top of a session's page. While the room is live it is sent again when it changes.
type sessionHead struct {
	ID, Name   string
	Live       bool
	Paused     bool
	Started    string
	StartedISO string
	// StartedDate is the date on paper, where no day is today.
	StartedDate string
	Length      string
	Ended       string // why, in words
	URL         string
	Model       string
	Rules       string
	Trouble     string // what prevents Earshot from hearing the room now
	HeardBy     string // the process that hears it, where there are several
	Follows     string // the address of the next session in the room
	Schedule    string // the address of the room's times
}

type sessionPage struct {
	Head                   sessionHead
	Time                   timeline
	Window                 window
	Asks                   []*card
	Flags                  []flagView
	MoreFlags              string // address of the flags after these
	OnlyOpen               bool   // the others are not listed
	Flagged                string // the flagged lines in order of time, each as its time in ms and its element's id
	Found                  found
	Next                   []nextSpeaker
	Summary                summaryView
	Edits, MayEdit, Tries  bool
	Sounds                 bool // exports can include audio
	Listens                listens
	Formats                []export.Format
	Lines, OpenFlags, Talk int
}

// piece is the part of the page that the script requests; nothing else of the page is rendered.
func (s sessionPages) piece(r *http.Request, h models.Snapshot, p *painter, items []item) (view, error) {
	q, v := r.URL.Query(), view{page: "session", piece: "lines"}
	switch {
	case q.Has("find"):
		v.piece, v.data = "found", find(h.Session.ID, items, q.Get("find"))
	case q.Has("summary"):
		sum, err := s.summaryOf(r, h, p)
		if err != nil {
			return view{}, err
		}
		v.piece, v.data = "summary", sum
	case q.Has("flags"):
		data := sessionPage{Head: s.head(r.Context(), h.Session, h.Follows, s.paused(r.Context(), h.Session))}
		data.listFlags(p, h, q)
		v.piece, v.data = "flags", data
	default:
		v.data = windowOf(h.Session, items, partOf(q))
	}
	return v, nil
}

// listFlags lists the open asks, and the flags selected by the URL.
func (d *sessionPage) listFlags(p *painter, h models.Snapshot, q url.Values) {
	all := flagList(p, h.Flags)
	d.OpenFlags, d.Asks = openOf(all), p.asks(h)
	if d.OnlyOpen = q.Get("open") != ""; d.OnlyOpen {
		all = slices.DeleteFunc(all, func(f flagView) bool { return !f.Open })
	}
	d.Flags, d.MoreFlags = flagsAfter("/s/"+url.PathEscape(h.Session.ID), all, q)
}

// listens is what a host can do about the bot's listening.
type listens struct {
	ID                    string // of the session
	May, Paused, MayLeave bool
}

func (s sessionPages) listensIn(ctx context.Context, ses models.Session, paused bool) listens {
	if s.Rooms.Listener == nil || !ses.Live() || !auth.VisitorOf(ctx).May(ses.Room, models.AccessHost) {
		return listens{}
	}
	return listens{ID: ses.ID, May: true, Paused: paused, MayLeave: s.Rooms.Inviter != nil}
}

// castOf returns the cast of a session with names and colours.
func castOf(h models.Snapshot) *cast {
	c := (&cast{room: h.Session.Room, names: h.Names, ses: h.Session.ID}).of(h.Speakers)
	for _, id := range h.LeftOut {
		if p, known := c.people[id]; known {
			p.LeftOut = true
		}
	}
	return c
}

// known is how a session's flags were decided.
func known(h models.Snapshot) (out outcomes) {
	for _, d := range h.Decisions {
		out.put(d)
	}
	for _, a := range h.Actions {
		out.did(a)
	}
	return out
}

// session is the page of one stay in a room.
func (s sessionPages) session(r *http.Request) (view, error) {
	h, err := s.Record.Snapshot(r.Context(), r.PathValue("id"), true)
	if err != nil {
		return view{}, err
	}
	p := s.painter(h.Session, auth.VisitorOf(r.Context()), castOf(h))
	q := r.URL.Query()
	p.edits = p.decides && q.Get("edit") != ""
	p.keep(h.Clips...)
	p.known = known(h)
	items := p.items(h.Lines, h.Gaps, h.Flags)
	if r.Header.Get(pieceHeader) != "" {
		return s.piece(r, h, p, items)
	}
	data := sessionPage{
		Head:  s.head(r.Context(), h.Session, h.Follows, s.paused(r.Context(), h.Session)),
		Edits: p.edits, MayEdit: p.decides && !h.Session.ModerateOnly,
		Tries: s.trial("") != nil, Sounds: s.Sounds != nil && len(h.Clips) > 0, Formats: export.Formats(),
	}
	data.Listens = s.listensIn(r.Context(), h.Session, data.Head.Paused)
	if s.LeastHeard != nil && data.Head.Live {
		data.Next = p.next(s.LeastHeard(h.Session.ID))
	}
	data.Window = windowOf(h.Session, items, partOf(q))
	data.listFlags(p, h, q)
	data.Flagged = flagged(items)
	data.Found = find(h.Session.ID, items, q.Get("find"))
	if data.Summary, err = s.summaryOf(r, h, p); err != nil {
		return view{}, err
	}
	data.Time = newTimeline(p.cast, items, h.Session.Lasted(s.Record.Now()).Milliseconds(), data.Head.Live)
	for _, it := range items {
		if it.Line != nil {
			data.Lines++
		}
	}
	return view{page: "session", title: data.Head.Name, nav: "rooms", wide: true, data: data}, nil
}

// paused reports whether a host has paused listening in a live session. Another process may be in the room: then the store is read.
func (s *Pages) paused(ctx context.Context, ses models.Session) bool {
	return ses.Live() && s.Rooms.Listener != nil && s.Rooms.Listener.Paused(ctx, ses.ID)
}

// head returns the top of a session's page; follows is the id of the next session in its room, or "".
func (s *Pages) head(ctx context.Context, ses models.Session, follows string, paused bool) sessionHead {
	t := ses.Started.In(s.Location)
	h := sessionHead{
		ID: ses.ID, Name: sessionName(ses), Live: ses.Live(), URL: ses.URL, Model: ses.Model, Rules: ses.Rules,
		Started:    day(t, s.Now().In(s.Location)) + " " + t.Format("15:04"),
		StartedISO: t.UTC().Format(time.RFC3339), StartedDate: t.Format("Mon 2 Jan 2006, 15:04 MST"),
		Length: models.Length(ses.Lasted(s.Record.Now())),
	}
	h.Paused = h.Live && paused
	if h.Live {
		h.HeardBy = web.CleanName(s.Rooms.Shared(ctx).HeardBy(ses.Room))
	}
	if h.Live && s.Rooms.States != nil {
		h.Trouble = s.hindrance(s.Rooms.States(), ses)
	}
	if follows != "" {
		h.Follows = "/s/" + url.PathEscape(follows)
	}
	if s.Rooms.Scheduler != nil {
		h.Schedule = "/schedule?room=" + url.QueryEscape(ses.Room)
	}
	if !h.Live {
		h.Ended = cmp.Or(endWords[ses.Reason], string(ses.Reason))
	}
	return h
}

func sessionName(ses models.Session) string {
	return cmp.Or(web.CleanName(ses.Name), web.CleanName(ses.Room), "Unnamed room")
}

// download responds with a session in the requested export format.
func (s sessionPages) download(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	o := export.Options{Redact: q.Get("redact") != ""}
	if q.Get("sound") != "" {
		o.Sound = s.Sounds
	}
	file, err := s.Record.Export(r.Context(), r.PathValue("id"), r.PathValue("format"), o)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	file.Send(w)
}

// mostNext is how many people are listed as next to speak.
const mostNext = 4

// nextSpeaker is one of the people who spoke least.
type nextSpeaker struct {
	Who    *person
	TalkMS int64
}

// next lists who should speak next: the people in a live room who spoke least. With fewer than two there is no list.
func (p *painter) next(f models.Floor) []nextSpeaker {
	if len(f.Next) < 2 {
		return nil
	}
	var out []nextSpeaker
	for _, t := range f.Next[:min(len(f.Next), mostNext)] {
		who, _ := p.cast.find(t.SpeakerID, t.SpeakerName)
		out = append(out, nextSpeaker{who, t.TalkMS})
	}
	return out
}
