package review

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// personPage is what is held about one person.
type personPage struct {
	Room, Speaker string
	URL           string
	Name          string
	Given         bool
	Identities    []identityView
	Sessions      []stayRow
	Lines         int
	Talk          string
	Flags         int
	Open          int
	Confirmed     int
	Dismissed     int
	Clips         int
	First, Last   string
	Hits          []flagView
	Strikes       []strikeRow
	Others        []models.Identity // who they may be merged with
	Manages       bool              // the visitor may name, merge and erase
	Problem       string
}

type identityView struct {
	models.Identity
	Sole bool
}

// stayRow is a person's part in one session.
type stayRow struct {
	ID, Name, Day, Clock, Talk string
	Lines, Flags               int
}

// strikeRow is one entry of a ledger.
type strikeRow struct {
	Ledger, Points, Day, Clock, By, Session string
	Pending                                 bool
}

func (s *Server) strikeRow(e models.LedgerEntry) strikeRow {
	t := e.At.In(s.loc)
	return strikeRow{
		Ledger: web.CleanName(e.Ledger), Points: strconv.FormatFloat(e.Points, 'f', -1, 64), Day: day(t, s.now().In(s.loc)), Clock: t.Format("15:04"),
		By: web.CleanName(e.By), Session: e.Session, Pending: e.Pending,
	}
}

// personURL is the address of a person's page.
func personURL(room, speaker string) string {
	return "/people/" + url.PathEscape(cmp.Or(room, "-")) + "/" + url.PathEscape(speaker)
}

func (s *Server) person(r *http.Request) (view, error) { return s.personView(r, "") }

func (s *Server) personView(r *http.Request, problem string) (view, error) {
	ctx := r.Context()
	room, speaker := r.PathValue("room"), r.PathValue("speaker")
	p, err := s.knownPerson(r)
	if err != nil {
		return view{}, err
	}
	data := personPage{
		Room: room, Speaker: speaker, URL: personURL(room, speaker), Name: cmp.Or(web.CleanName(p.Name), "Unknown"), Given: p.Given,
		Lines: p.Lines, Talk: length(time.Duration(p.TalkMS) * time.Millisecond), Flags: p.Open + p.Confirmed + p.Dismissed,
		Open: p.Open, Confirmed: p.Confirmed, Dismissed: p.Dismissed, Clips: p.Clips,
		First: day(p.First.In(s.loc), s.now().In(s.loc)), Last: day(p.Last.In(s.loc), s.now().In(s.loc)),
		Problem: problem,
	}
	if _, err = s.managed(ctx, models.Identity{Room: room, SpeakerID: speaker}); err != nil && !errors.Is(err, models.ErrForbidden) {
		return view{}, err
	}
	data.Manages = err == nil
	known := map[models.Identity]bool{}
	for _, i := range p.Identities {
		known[models.Identity{Room: i.Room, SpeakerID: i.SpeakerID}] = true
		data.Identities = append(data.Identities, identityView{i, len(p.Identities) == 1})
		hits, err := s.places(ctx, models.FlagQuery{Room: i.Room, Speaker: i.SpeakerID, Limit: 20}, "queue")
		if err != nil {
			return view{}, err
		}
		data.Hits = append(data.Hits, hits...)
		strikes, err := s.store.Strikes(ctx, i.Room, i.SpeakerID)
		if err != nil {
			return view{}, fmt.Errorf("strikes: %w", err)
		}
		for _, e := range strikes {
			data.Strikes = append(data.Strikes, s.strikeRow(e))
		}
	}
	for _, x := range p.Sessions {
		t := x.Session.Started.In(s.loc)
		data.Sessions = append(data.Sessions, stayRow{
			ID: x.Session.ID, Name: sessionName(x.Session), Day: day(t, s.now().In(s.loc)), Clock: t.Format("15:04"),
			Talk: clock(x.TalkMS), Lines: x.Lines, Flags: x.Flags,
		})
	}
	if data.Manages {
		others, err := s.store.Identities(ctx, room, 100)
		if err != nil {
			return view{}, fmt.Errorf("people: %w", err)
		}
		for _, o := range others {
			if !known[models.Identity{Room: o.Room, SpeakerID: o.SpeakerID}] {
				data.Others = append(data.Others, o)
			}
		}
	}
	v := view{page: "person", title: data.Name, nav: "rooms", data: data}
	if problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, nil
}

// knownPerson finds the person of the address, as the rooms know them that the visitor may see.
func (s *Server) knownPerson(r *http.Request) (models.Person, error) {
	p, err := s.store.Person(r.Context(), r.PathValue("room"), r.PathValue("speaker"), auth.VisitorOf(r.Context()).Scope())
	if err != nil {
		return p, fmt.Errorf("person: %w", err)
	}
	return p, nil
}

// managed finds the person behind an identity, with all that is held, when the visitor is a host of every room where they
// were seen: a name, a merger and an erasure hold in all of them. Who may not even see the identity learns nothing.
func (s *Server) managed(ctx context.Context, i models.Identity) (models.Person, error) {
	who := auth.VisitorOf(ctx)
	if !who.May(i.Room, models.AccessViewer) {
		return models.Person{}, fmt.Errorf("person: %w", models.ErrNotFound)
	}
	p, err := s.store.Person(ctx, i.Room, i.SpeakerID, models.RoomSet{})
	if err != nil {
		return p, fmt.Errorf("person: %w", err)
	}
	for _, room := range p.Rooms() {
		if !who.May(room, models.AccessHost) {
			return models.Person{}, models.ErrForbidden
		}
	}
	return p, nil
}

// changePerson names, merges, parts or erases a person.
func (s *Server) changePerson(w http.ResponseWriter, r *http.Request) {
	to, problem, err := s.personChanged(r)
	if err == nil && problem == "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	var v view
	if err == nil {
		v, err = s.personView(r, problem)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s *Server) personChanged(r *http.Request) (to, problem string, err error) {
	room, speaker := r.PathValue("room"), r.PathValue("speaker")
	if err := web.ReadForm(r); err != nil {
		return "", "", err
	}
	ctx, who, to := r.Context(), auth.VisitorOf(r.Context()), personURL(room, speaker)
	p, err := s.managed(ctx, models.Identity{Room: room, SpeakerID: speaker})
	if err != nil {
		return "", "", err
	}
	switch r.PathValue("what") {
	case "name":
		err = s.store.NamePerson(ctx, room, speaker, web.CleanName(r.PostFormValue("name")), who.Name, s.now())
	case "merge":
		with := models.Identity{Room: room, SpeakerID: r.PostFormValue("speaker")}
		if _, err = s.managed(ctx, with); err != nil { // who it is brings along what they are elsewhere
			break
		}
		err = s.store.MergePeople(ctx, models.Identity{Room: room, SpeakerID: speaker}, with, who.Name, s.now())
	case "part":
		part := models.Identity{Room: r.PostFormValue("room"), SpeakerID: r.PostFormValue("speaker")}
		if !slices.ContainsFunc(p.Identities, func(i models.Identity) bool { return i.Room == part.Room && i.SpeakerID == part.SpeakerID }) {
			return "", "", fmt.Errorf("part: %w", models.ErrNotFound)
		}
		err = s.store.SplitPerson(ctx, part.Room, part.SpeakerID, who.Name, s.now())
	case "erase":
		if web.CleanName(r.PostFormValue("name")) != cmp.Or(web.CleanName(p.Name), "Unknown") {
			return "", "Nothing was erased: the name that was typed is another one.", nil
		}
		err, to = s.store.ErasePerson(ctx, room, speaker, who.Name), "/"
	default:
		err = models.ErrNotFound
	}
	if err != nil {
		err = fmt.Errorf("person: %w", err)
	}
	return to, "", err
}

// personExport is everything that is held about a person, as a file for them.
type personExport struct {
	Person models.Person      `json:"person"`
	Lines  []models.Utterance `json:"utterances"`
	Flags  []models.Flag      `json:"flags"`
	Gaps   []models.Gap       `json:"gaps"`
	// Strikes are the entries of the ledgers.
	Strikes []models.LedgerEntry `json:"strikes"`
}

// exportPerson answers with everything that is held about a person, but for the sound, which the page plays.
func (s *Server) exportPerson(w http.ResponseWriter, r *http.Request) {
	out, err := s.heldOf(r)
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		s.render(w, r, s.failed(r, fmt.Errorf("export of a person: %s", web.ErrorType(err))))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+out.Person.ID+`.json"`)
	_, _ = w.Write(append(b, '\n'))
}

func (s *Server) heldOf(r *http.Request) (out personExport, err error) {
	if out.Person, err = s.knownPerson(r); err != nil {
		return out, err
	}
	out.Lines, out.Flags, out.Gaps = []models.Utterance{}, []models.Flag{}, []models.Gap{}
	out.Strikes = []models.LedgerEntry{}
	for _, i := range out.Person.Identities {
		found, err := s.store.Strikes(r.Context(), i.Room, i.SpeakerID)
		if err != nil {
			return out, fmt.Errorf("strikes: %w", err)
		}
		out.Strikes = append(out.Strikes, found...)
	}
	for _, x := range out.Person.Sessions {
		h, err := s.load(r.Context(), x.Session.ID)
		if err != nil {
			return out, err
		}
		for _, u := range h.lines {
			if u.SpeakerID == x.SpeakerID {
				out.Lines = append(out.Lines, u)
			}
		}
		for _, f := range h.flags {
			if f.SpeakerID == x.SpeakerID {
				out.Flags = append(out.Flags, f)
			}
		}
		for _, g := range h.gaps {
			if g.SpeakerID == x.SpeakerID {
				out.Gaps = append(out.Gaps, g)
			}
		}
	}
	return out, nil
}
