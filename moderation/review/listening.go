package review

import (
	"bytes"
	"fmt"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// consentPage is the consent ledger of a session.
type consentPage struct {
	ID, Name string
	Rows     []consentRow
	People   []consentPerson
	MayEnter bool // the visitor may enter what people said
}

type consentRow struct{ Clock, ISO, Who, What, How, By string }

type consentPerson struct {
	ID, Name string
	Objects  bool
}

var consentWords = map[models.ConsentWhat]string{
	models.ConsentTold:     "was told",
	models.ConsentNotTold:  "could not be told",
	models.ConsentObjected: "objects: is not written down",
	models.ConsentWithdrew: "takes the objection back",
}

// consentView is GET /s/{id}/consent.
func (s *Server) consentView(r *http.Request) (view, error) {
	found, err := s.ledger(r)
	if err != nil {
		return view{}, err
	}
	info, err := s.visible(r.Context(), r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	data := consentPage{ID: info.ID, Name: sessionName(info.Session)}
	data.MayEnter = s.listener != nil && auth.VisitorOf(r.Context()).May(info.Room, models.AccessHost)
	objects := map[string]bool{}
	for _, c := range found {
		who := c.SpeakerName
		if who == "" {
			who = c.SpeakerID
		}
		if who == "" {
			who = "whoever was there"
		}
		switch c.What {
		case models.ConsentObjected, models.ConsentWithdrew:
			objects[c.SpeakerID] = c.What == models.ConsentObjected
		case models.ConsentTold, models.ConsentNotTold:
		}
		t := c.At.In(s.loc)
		data.Rows = append(
			data.Rows, consentRow{t.Format("15:04:05"), c.At.UTC().Format("2006-01-02T15:04:05Z"), who, consentWords[c.What], c.How, c.By},
		)
	}
	for _, p := range info.Speakers {
		data.People = append(data.People, consentPerson{p.ID, p.Name, objects[p.ID]})
	}
	return view{page: "consent", title: "Told and objected", nav: "rooms", data: data}, nil
}

// consentFile is GET /s/{id}/consent.csv.
func (s *Server) consentFile(w http.ResponseWriter, r *http.Request) {
	found, err := s.ledger(r)
	var b bytes.Buffer
	if err == nil {
		err = export.WriteConsents(&b, found)
	}
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="consent.csv"`)
	_, _ = w.Write(b.Bytes())
}

// object is POST /s/{id}/consent.
func (s *Server) object(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	if err == nil {
		_, err = s.objected(r, r.PathValue("id"), r.PostFormValue("speaker"), r.PostFormValue("objects") == "1", "page")
	}
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	http.Redirect(w, r, "/s/"+r.PathValue("id")+"/consent", http.StatusSeeOther)
}

// listen is POST /s/{id}/listening: pause, resume or leave.
func (s *Server) listen(w http.ResponseWriter, r *http.Request) {
	if err := s.listened(r); err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	http.Redirect(w, r, "/s/"+r.PathValue("id"), http.StatusSeeOther)
}

func (s *Server) listened(r *http.Request) error {
	info, err := s.visible(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := auth.VisitorOf(r.Context()).Require(info.Room, models.AccessHost); err != nil {
		return err
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	by := auth.VisitorOf(r.Context()).Name
	switch do := r.PostFormValue("do"); {
	case do == "pause" || do == "resume":
		return s.listener.Pause(r.Context(), info.ID, do == "pause", by)
	case do == "leave" && s.inviter != nil:
		return s.inviter.Leave(r.Context(), info.Room, by)
	}
	return fmt.Errorf("listening: %w", models.ErrInvalid)
}
