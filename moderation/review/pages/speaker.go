package pages

import (
	"fmt"
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// speakerPage shows the possible actions on a person in a session. The script shows it next to the name.
type speakerPage struct {
	Session, Name string // of the room
	Who           *person
	Role          string
	Offers        []offer
	// Wishes says that the visitor may stop their transcription, or resume it.
	Wishes bool
	Action *actionView // the latest action
}

func (s personPages) speaker(r *http.Request) (view, error) { return s.speakerView(r, nil) }

func (s personPages) speakerView(r *http.Request, done *models.Action) (view, error) {
	h, err := s.Record.Snapshot(r.Context(), r.PathValue("id"), false)
	if err != nil {
		return view{}, err
	}
	id := r.PathValue("speaker")
	i := slices.IndexFunc(h.Speakers, func(p models.Speaker) bool { return p.ID == id })
	if i < 0 {
		return view{}, fmt.Errorf("speaker: %w", models.ErrNotFound)
	}
	c := castOf(h)
	p := s.painter(h.Session, auth.VisitorOf(r.Context()), c)
	data := speakerPage{Session: h.Session.ID, Name: sessionName(h.Session), Who: c.people[id], Role: string(h.Speakers[i].Role)}
	if h.Session.Live() {
		data.Offers = p.verbs
		data.Wishes = s.Rooms.Listener != nil && auth.VisitorOf(r.Context()).May(h.Session.Room, models.AccessHost)
	}
	if done != nil {
		d := newActionView(*done, s.Now())
		data.Action = &d
	}
	v := view{page: "speaker", title: data.Who.Name, nav: "rooms", data: data}
	if r.Header.Get(pieceHeader) != "" {
		v.piece = "speakermenu"
	}
	return v, nil
}

// changeSpeaker is POST /s/{id}/speakers/{speaker}: it carries out an action, or records an objection to transcription or its
// withdrawal.
func (s personPages) changeSpeaker(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	if err == nil && flagPages(s).unsure(w, r, r.URL.Path) {
		return
	}
	var done *models.Action
	if err == nil {
		done, err = s.speakerChanged(r)
	}
	if err == nil && r.Header.Get(pieceHeader) == "" {
		http.Redirect(w, r, speakerURL(r.PathValue("id"), r.PathValue("speaker")), http.StatusSeeOther)
		return
	}
	var v view
	if err == nil {
		v, err = s.speakerView(r, done)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s personPages) speakerChanged(r *http.Request) (*models.Action, error) {
	session, speaker := r.PathValue("id"), r.PathValue("speaker")
	if objects := r.PostFormValue("objects"); objects != "" && s.Rooms.Listener != nil {
		_, err := s.Rooms.Object(r.Context(), session, speaker, objects == "1", "page")
		return nil, err
	}
	done, err := s.Desk.ActOn(r.Context(), session, speaker, answerOf(r).Verb)
	return &done, err
}
