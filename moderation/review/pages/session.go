package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// sessionHead is the top of a session's page. While the room is live it is sent anew when it changes.
type sessionHead struct {
	ID, Name   string
	Live       bool
	Paused     bool
	Started    string
	StartedISO string
	Length     string
	Ended      string // why, in words
	URL        string
	Model      string
	Rules      string
}

type sessionPage struct {
	Head                   sessionHead
	Cursor                 string
	Time                   timeline
	Window                 window
	Asks, Flags            []flagView
	MoreFlags              string // address of the flags after these
	Flagged                string // the flagged lines in the order of time, each as its time in ms and its element's id
	Found                  found
	Next                   []nextSpeaker
	Summary                summaryView
	Edits, MayEdit, Tries  bool
	Sounds                 bool // exports can have sound
	Listens                listens
	Formats                []export.Format
	Lines, OpenFlags, Talk int
}

// piece is the part of the page that the script asks for; nothing else of the page is made.
func (s sessionPages) piece(h models.Snapshot, p *painter, items []item, q url.Values) view {
	v := view{page: "session", piece: "lines"}
	switch {
	case q.Has("find"):
		v.piece, v.data = "found", find(h.Session.ID, items, q.Get("find"))
	case q.Has("flags"):
		data := sessionPage{Head: s.head(h.Session)}
		data.listFlags(p, h, q)
		v.piece, v.data = "flags", data
	default:
		v.data = windowOf(h.Session, items, partOf(q))
	}
	return v
}

// listFlags lists the asks that wait, and the flags that the address asks for.
func (d *sessionPage) listFlags(p *painter, h models.Snapshot, q url.Values) {
	d.Asks, d.Flags, d.OpenFlags = sortFlags(flagList(p, h.Flags))
	d.Flags, d.MoreFlags = flagsAfter(h.Session.ID, d.Flags, q.Get("flags"))
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

// castOf gives the people of a session their names and colours.
func castOf(h models.Snapshot) *cast { return newCastOf(h.Session.Room, h.Names, h.Speakers) }

// known is what became of a session's flags.
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
	cursor := s.Hub.Cursor() // before the store is read: what comes in between is sent again, and seen to be known
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
		return s.piece(h, p, items, q), nil
	}
	data := sessionPage{
		Head: s.head(h.Session), Cursor: s.Hub.Text(cursor), Edits: p.edits, MayEdit: p.decides && !h.Session.ModerateOnly,
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
	data.Time = newTimeline(p.cast, items, s.Record.Lasted(h.Session).Milliseconds(), data.Head.Live)
	for _, it := range items {
		if it.Line != nil {
			data.Lines++
		}
	}
	return view{page: "session", title: data.Head.Name, nav: "rooms", wide: true, data: data}, nil
}

func (s *Pages) head(ses models.Session) sessionHead {
	t := ses.Started.In(s.Location)
	h := sessionHead{
		ID: ses.ID, Name: sessionName(ses), Live: ses.Live(), URL: ses.URL, Model: ses.Model, Rules: ses.Rules,
		Started:    day(t, s.Now().In(s.Location)) + " " + t.Format("15:04"),
		StartedISO: t.UTC().Format(time.RFC3339),
		Length:     length(s.Record.Lasted(ses)),
	}
	h.Paused = h.Live && s.Rooms.Listener != nil && s.Rooms.Listener.Paused(ses.ID)
	if !h.Live {
		h.Ended = cmp.Or(endWords[ses.Reason], string(ses.Reason))
	}
	return h
}

func sessionName(ses models.Session) string {
	return cmp.Or(web.CleanName(ses.Name), web.CleanName(ses.Room), "Unnamed room")
}

// download answers with a session in the format of the address, as the command line writes it.
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
