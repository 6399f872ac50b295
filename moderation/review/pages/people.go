package pages

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"earshot/models"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// personPage shows what is stored about one person.
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
	Hits          []*card
	Strikes       []strikeRow
	Others        []models.Identity // who they may be merged with
	Manages       bool              // the visitor may name, merge and erase
	EraseWord     string
	Problem       string
}

type identityView struct {
	models.Identity
	Called string // the room's name
	Sole   bool
}

// stayRow is a person's part in one session.
type stayRow struct {
	ID, Name, Day, Clock, ISO, Talk string
	Lines, Flags                    int
}

// strikeRow is one entry of a ledger.
type strikeRow struct {
	Ledger, Points, Day, Clock, ISO, By, Session string
	Pending                                      bool
}

func (s personPages) strikeRow(e models.LedgerEntry) strikeRow {
	t := e.At.In(s.Location)
	return strikeRow{
		Ledger: web.CleanName(e.Ledger), Points: strconv.FormatFloat(e.Points, 'f', -1, 64), Day: day(
			t, s.Now().In(s.Location),
		), Clock: t.Format("15:04"), ISO: e.At.UTC().Format(time.RFC3339),
		By: web.Doer(e.By), Session: e.Session, Pending: e.Pending,
	}
}

func (s personPages) person(r *http.Request) (view, error) { return s.personView(r, "") }

func (s personPages) personView(r *http.Request, problem string) (view, error) {
	ctx := r.Context()
	room, speaker := r.PathValue("room"), r.PathValue("speaker")
	p, err := s.Record.Person(ctx, room, speaker)
	if err != nil {
		return view{}, err
	}
	data := personPage{
		Room: room, Speaker: speaker, URL: personURL(room, speaker), Name: record.NameOf(p), Given: p.Given,
		Lines: p.Lines, Talk: models.Length(time.Duration(p.TalkMS) * time.Millisecond), Flags: p.Open + p.Confirmed + p.Dismissed,
		Open: p.Open, Confirmed: p.Confirmed, Dismissed: p.Dismissed, Clips: p.Clips,
		First: day(p.First.In(s.Location), s.Now().In(s.Location)), Last: day(p.Last.In(s.Location), s.Now().In(s.Location)),
		Problem: problem, EraseWord: record.EraseWord,
	}
	if _, err = s.Record.Managed(ctx, models.Identity{Room: room, SpeakerID: speaker}); err != nil && !errors.Is(err, models.ErrForbidden) {
		return view{}, err
	}
	data.Manages = err == nil
	rooms, err := s.Record.KnownRooms(ctx)
	if err != nil {
		return view{}, err
	}
	called, known := namesOf(roomChoices(rooms, "")), map[models.Identity]bool{}
	var hits []placed
	for _, i := range p.Identities {
		known[models.Identity{Room: i.Room, SpeakerID: i.SpeakerID}] = true
		data.Identities = append(data.Identities, identityView{i, called(i.Room), len(p.Identities) == 1})
		found, err := s.found(ctx, models.FlagQuery{Room: i.Room, Speaker: i.SpeakerID, Limit: 20}, "person")
		if err != nil {
			return view{}, err
		}
		hits = append(hits, found...)
		strikes, err := s.Record.Strikes(ctx, i.Room, i.SpeakerID)
		if err != nil {
			return view{}, err
		}
		for _, e := range strikes {
			data.Strikes = append(data.Strikes, s.strikeRow(e))
		}
	}
	if data.Hits, err = flagPages(s).whole(r, hits); err != nil {
		return view{}, err
	}
	for _, x := range p.Sessions {
		t := x.Session.Started.In(s.Location)
		data.Sessions = append(data.Sessions, stayRow{
			ID: x.Session.ID, Name: sessionName(x.Session), Day: day(t, s.Now().In(s.Location)), Clock: t.Format("15:04"),
			ISO: t.UTC().Format(time.RFC3339), Talk: clock(x.TalkMS), Lines: x.Lines, Flags: x.Flags,
		})
	}
	if data.Manages {
		others, err := s.Record.Identities(ctx, room, 100)
		if err != nil {
			return view{}, err
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

// changePerson renames, merges, separates or erases a person.
func (s personPages) changePerson(w http.ResponseWriter, r *http.Request) {
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

func (s personPages) personChanged(r *http.Request) (to, problem string, err error) {
	room, speaker := r.PathValue("room"), r.PathValue("speaker")
	if err := web.ReadForm(r); err != nil {
		return "", "", err
	}
	ctx, who, to := r.Context(), models.Identity{Room: room, SpeakerID: speaker}, personURL(room, speaker)
	form := r.PostFormValue
	switch r.PathValue("what") {
	case "name":
		err = s.Record.NamePerson(ctx, who, web.CleanName(form("name")))
	case "merge":
		err = s.Record.MergePeople(ctx, who, models.Identity{Room: room, SpeakerID: form("speaker")})
	case "part":
		err = s.Record.SplitPerson(ctx, who, models.Identity{Room: form("room"), SpeakerID: form("speaker")})
	case "erase":
		err, to = s.Record.ErasePerson(ctx, who, form("word")), "/"
		if errors.Is(err, record.ErrOtherWord) {
			return "", "Nothing was erased: the word to type is “" + record.EraseWord + "”.", nil
		}
	default:
		if _, err = s.Record.Managed(ctx, who); err == nil {
			err = fmt.Errorf("person: %w", models.ErrNotFound)
		}
	}
	return to, "", err
}

// exportPerson responds with all data stored about a person, except audio, which the page plays.
func (s personPages) exportPerson(w http.ResponseWriter, r *http.Request) {
	out, err := s.Record.PersonFile(r.Context(), r.PathValue("room"), r.PathValue("speaker"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		s.Fail(w, r, fmt.Errorf("export of a person: %s", web.ErrorType(err)))
		return
	}
	web.File{Type: "application/json; charset=utf-8", Name: out.Person.ID + ".json", Body: append(b, '\n')}.Send(w)
}
