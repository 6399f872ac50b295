package pages

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// consentPage is the consent ledger of a session.
type consentPage struct {
	ID, Name string
	Rows     []consentRow
	People   []record.Choice // those who object are on
	MayEnter bool            // the visitor may record objections
}

type consentRow struct{ Clock, ISO, Who, What, How, By string }

var consentWords = map[models.ConsentWhat]string{
	models.ConsentTold:     "was notified",
	models.ConsentNotTold:  "could not be notified",
	models.ConsentObjected: "objected: not transcribed",
	models.ConsentWithdrew: "withdrew the objection",
}

// consentWays says how, for the words that the record has for it. What was done on the page or by a command says by whom.
var consentWays = map[string]string{"chat": "in the room's chat", "api": "through the API", "page": "", "command": ""}

// consentView is GET /s/{id}/consent.
func (s roomPages) consentView(r *http.Request) (view, error) {
	found, err := s.Record.Consents(r.Context(), r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	info, err := s.Record.Counted(r.Context(), r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	data := consentPage{ID: info.ID, Name: sessionName(info.Session)}
	data.MayEnter = s.Rooms.Listener != nil && auth.VisitorOf(r.Context()).May(info.Room, models.AccessHost)
	given, err := s.Record.Names(r.Context(), info.Room)
	if err != nil {
		return view{}, err
	}
	objects := map[string]bool{}
	for _, p := range info.Speakers {
		data.People = append(data.People, record.Choice{Value: p.ID, Text: cmp.Or(given[p.ID], p.Name)})
	}
	called := namesOf(apart(data.People))
	for _, c := range found {
		who := called(c.SpeakerID)
		if who == web.CleanName(c.SpeakerID) { // is none of the speakers
			who = cmp.Or(web.CleanName(c.SpeakerName), who, "everyone present")
		}
		switch c.What {
		case models.ConsentObjected, models.ConsentWithdrew:
			objects[c.SpeakerID] = c.What == models.ConsentObjected
		case models.ConsentTold, models.ConsentNotTold:
		}
		how, known := consentWays[c.How]
		if !known {
			how = c.How
		}
		t := c.At.In(s.Location)
		data.Rows = append(
			data.Rows, consentRow{t.Format("15:04:05"), c.At.UTC().Format("2006-01-02T15:04:05Z"), who, consentWords[c.What], how, web.Doer(c.By)},
		)
	}
	for i, p := range data.People {
		data.People[i].On = objects[p.Value]
	}
	return view{page: "consent", title: "Notices and objections", nav: "rooms", data: data}, nil
}

// consentFile is GET /s/{id}/consent.csv.
func (s roomPages) consentFile(w http.ResponseWriter, r *http.Request) {
	found, err := s.Record.Consents(r.Context(), r.PathValue("id"))
	var b bytes.Buffer
	if err == nil {
		err = export.WriteConsents(&b, found)
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	web.File{Type: "text/csv; charset=utf-8", Name: "consent.csv", Body: b.Bytes()}.Send(w)
}

// object is POST /s/{id}/consent.
func (s roomPages) object(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	if err == nil {
		_, err = s.Rooms.Object(r.Context(), r.PathValue("id"), r.PostFormValue("speaker"), r.PostFormValue("objects") == "1", "page")
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/s/"+r.PathValue("id")+"/consent", http.StatusSeeOther)
}

// listen is POST /s/{id}/listening: pause, resume or leave.
func (s roomPages) listen(w http.ResponseWriter, r *http.Request) {
	switch err := s.listened(r); {
	case err != nil:
		s.Fail(w, r, err)
	case r.Header.Get(pieceHeader) == "":
		http.Redirect(w, r, "/s/"+r.PathValue("id"), http.StatusSeeOther)
	default:
		s.sendPieces(w, r, r.PathValue("id"), (*fragments).head)
	}
}

func (s roomPages) listened(r *http.Request) error {
	ses, err := s.Record.Session(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := auth.VisitorOf(r.Context()).Require(ses.Room, models.AccessHost); err != nil {
		return err
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	switch do := r.PostFormValue("do"); {
	case do == "pause" || do == "resume":
		return s.Rooms.Pause(r.Context(), ses.Room, ses.ID, do == "pause")
	case do == "leave" && s.Rooms.Inviter != nil:
		_, err := s.Rooms.Leave(r.Context(), ses.Room)
		return err
	}
	return fmt.Errorf("listening: %w", models.ErrInvalid)
}

// hindrance returns what prevents the bot from hearing the room of a live session; "" if nothing does, or if rooms are not listed.
func (s *Pages) hindrance(rooms []models.RoomState, ses models.Session) string {
	i := slices.IndexFunc(rooms, func(x models.RoomState) bool { return x.Session == ses.ID })
	if i < 0 {
		return ""
	}
	x := rooms[i]
	switch {
	case x.State != "listening" && x.Problem != "":
		return "Earshot is not in the room: " + problemOf(x) + ". It retries automatically."
	case x.State != "listening":
		return "Earshot is not in the room now. It rejoins automatically."
	case len(x.Deaf) > 0:
		names := make([]string, len(x.Deaf))
		for i, name := range x.Deaf {
			names[i] = web.CleanName(name)
		}
		return "Cannot hear " + strings.Join(names, ", ") + ": shown as talking, but no audio arrives."
	case x.Quiet.Silent:
		return s.quietSentence(x.Quiet)
	}
	return ""
}
