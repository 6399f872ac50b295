package review

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
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
	Items                  []item
	Flags                  []flagView
	Next                   []nextSpeaker
	Summary                summaryView
	Edits, MayEdit, Tries  bool
	Sounds                 bool // exports can have sound
	Listens                listens
	Formats                []export.Format
	Lines, OpenFlags, Talk int
}

// listens is what a host can do about the bot's listening.
type listens struct{ May, Paused, MayLeave bool }

func (s *Server) listensIn(ctx context.Context, info models.SessionInfo) listens {
	if s.listener == nil || !info.Live() || !auth.VisitorOf(ctx).May(info.Room, models.AccessHost) {
		return listens{}
	}
	return listens{May: true, Paused: s.listener.Paused(info.ID), MayLeave: s.inviter != nil}
}

// held is all that the store has of one session.
type held struct {
	session  models.SessionInfo
	speakers []models.Speaker
	lines    []models.Utterance
	flags    []models.Flag
	gaps     []models.Gap
	clips    []models.Evidence
	names    map[string]string
	known    outcomes
}

// cast gives the people of the session their names and colours.
func (h held) cast() *cast { return newCastOf(h.session.Room, h.names, h.speakers) }

// seen is models.ErrNotFound when there is no such session, or when it is in a room that the visitor may not see.
func (s *Server) seen(ctx context.Context, id string) error {
	_, err := s.visible(ctx, id)
	return err
}

// visible finds a session that the visitor may see.
func (s *Server) visible(ctx context.Context, id string) (models.SessionInfo, error) {
	info, err := s.store.Session(ctx, id)
	if err == nil && !auth.VisitorOf(ctx).May(info.Room, models.AccessViewer) {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.SessionInfo{}, fmt.Errorf("session: %w", err)
	}
	return info, nil
}

func (s *Server) load(ctx context.Context, id string) (h held, err error) {
	if h.session, err = s.visible(ctx, id); err != nil {
		return h, err
	}
	if h.speakers, err = s.store.Speakers(ctx, id); err != nil {
		return h, fmt.Errorf("speakers of %s: %w", h.session.ID, err)
	}
	if h.lines, err = s.store.Utterances(ctx, id); err != nil {
		return h, fmt.Errorf("utterances of %s: %w", h.session.ID, err)
	}
	if h.flags, err = s.store.Flags(ctx, id); err != nil {
		return h, fmt.Errorf("flags of %s: %w", h.session.ID, err)
	}
	if h.gaps, err = s.store.Gaps(ctx, id); err != nil {
		return h, fmt.Errorf("gaps of %s: %w", h.session.ID, err)
	}
	if h.clips, err = s.store.SessionEvidence(ctx, id, s.now()); err != nil {
		return h, fmt.Errorf("evidence of %s: %w", h.session.ID, err)
	}
	if h.names, err = s.namesOf(ctx, h.session.Room); err != nil {
		return h, err
	}
	h.known, err = s.outcomesOf(ctx, id)
	return h, err
}

// outcomesOf finds what became of a session's flags.
func (s *Server) outcomesOf(ctx context.Context, id string) (known outcomes, err error) {
	decisions, err := s.store.Decisions(ctx, id)
	if err = s.readable(id, err); err != nil {
		return known, fmt.Errorf("decisions of %s: %w", id, err)
	}
	actions, err := s.store.Actions(ctx, id)
	if err = s.readable(id, err); err != nil {
		return known, fmt.Errorf("actions of %s: %w", id, err)
	}
	for _, d := range decisions {
		known.put(d)
	}
	for _, a := range actions {
		known.did(a)
	}
	return known, nil
}

// readable is err, but for what could not be read: the log tells of it, and the page shows the rest.
func (s *Server) readable(session string, err error) error {
	if models.Readable(err) == nil && err != nil {
		s.log.Error("some of what came of flags cannot be read", "session", session, "err", err)
	}
	return models.Readable(err)
}

// session is the page of one stay in a room.
func (s *Server) session(r *http.Request) (view, error) {
	cursor := s.hub.Cursor() // before the store is read: what comes in between is sent again, and seen to be known
	h, err := s.load(r.Context(), r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	p := s.painter(h.session.Session, auth.VisitorOf(r.Context()), h.cast())
	p.edits = p.decides && r.URL.Query().Get("edit") != ""
	p.keep(h.clips...)
	p.known = h.known
	data := sessionPage{
		Head: s.head(h.session.Session), Cursor: s.hub.Text(cursor), Edits: p.edits, MayEdit: p.decides && !h.session.ModerateOnly,
		Tries: s.trial("") != nil, Sounds: s.sounds != nil && len(h.clips) > 0, Formats: export.Formats(),
	}
	data.Listens = s.listensIn(r.Context(), h.session)
	if s.floor != nil && data.Head.Live {
		data.Next = p.next(s.floor(h.session.ID))
	}
	data.Items = p.items(h.lines, h.gaps, h.flags)
	data.Flags = flagList(p, h.flags)
	if data.Summary, err = s.summaryOf(r, h, p); err != nil {
		return view{}, err
	}
	data.Time = newTimeline(p.cast, data.Items, s.stay(h.session.Session).Milliseconds())
	for _, it := range data.Items {
		if it.Line != nil {
			data.Lines++
		}
	}
	for _, f := range data.Flags {
		if f.Open {
			data.OpenFlags++
		}
	}
	return view{page: "session", title: data.Head.Name, nav: "rooms", wide: true, data: data}, nil
}

func (s *Server) head(ses models.Session) sessionHead {
	t := ses.Started.In(s.loc)
	h := sessionHead{
		ID: ses.ID, Name: sessionName(ses), Live: ses.Live(), URL: ses.URL, Model: ses.Model, Rules: ses.Rules,
		Started:    day(t, s.now().In(s.loc)) + " " + t.Format("15:04"),
		StartedISO: t.UTC().Format(time.RFC3339),
		Length:     length(s.stay(ses)),
	}
	if !h.Live {
		h.Ended = cmp.Or(endWords[ses.Reason], string(ses.Reason))
	}
	return h
}

// stay is how long the session has lasted.
func (s *Server) stay(ses models.Session) time.Duration {
	if ses.Live() {
		return max(s.now().Sub(ses.Started), 0)
	}
	return max(ses.Ended.Sub(ses.Started), 0)
}

func sessionName(ses models.Session) string {
	return cmp.Or(web.CleanName(ses.Name), web.CleanName(ses.Room), "Unnamed room")
}
