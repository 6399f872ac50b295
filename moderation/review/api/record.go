package api

import (
	"errors"
	"net/http"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

type (
	sessionsJSON struct {
		Sessions []sessionJSON `json:"sessions"`
	}
	utterancesJSON struct {
		Utterances []models.Utterance `json:"utterances"`
	}
	flagsJSON struct {
		Flags []models.Flag `json:"flags"`
	}
	placesJSON struct {
		Flags []models.FlagPlace `json:"flags"`
	}
	decisionsJSON struct {
		Decisions []models.Decision `json:"decisions"`
	}
	evidenceJSON struct {
		Evidence []models.Evidence `json:"evidence"`
	}
	rulesJSON struct {
		Rules []models.RuleCounts `json:"rules"`
	}
	conditionsJSON struct {
		Conditions []models.Condition `json:"conditions"`
	}
	statusJSON struct {
		Status models.FlagStatus `json:"status,omitempty"`
		// Choice is one of the offers of the flag's open ask.
		Choice string `json:"choice,omitempty"`
	}
)

func (s *API) utterances(r *http.Request) (any, error) {
	found, err := s.Record.Lines(r.Context(), r.PathValue("id"))
	return utterancesJSON{some(found)}, err
}

func (s *API) sessionFlags(r *http.Request) (any, error) {
	found, err := s.Record.SessionFlags(r.Context(), r.PathValue("id"))
	return flagsJSON{some(found)}, err
}

func (s *API) evidence(r *http.Request) (any, error) {
	found, err := s.Record.Clips(r.Context(), r.PathValue("id"))
	return evidenceJSON{some(found)}, err
}

func (s *API) decisions(r *http.Request) (any, error) {
	found, err := s.Record.Decisions(r.Context(), r.PathValue("id"))
	return decisionsJSON{some(found)}, err
}

func (s *API) export(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	o := export.Options{Redact: q.Get("redact") != ""}
	if q.Get("sound") != "" {
		o.Sound = s.Sounds
	}
	file, err := s.Record.Export(r.Context(), r.PathValue("id"), q.Get("format"), o)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	file.Send(w)
}

func (s *API) flags(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	status := models.FlagStatus(q.Get("status"))
	switch status {
	case "", models.FlagOpen, models.FlagConfirmed, models.FlagDismissed:
	default:
		return nil, web.Refuse(http.StatusBadRequest, "status: want open, confirmed or dismissed")
	}
	found, err := s.Record.Flags(r.Context(), models.FlagQuery{
		Status: status, Rule: q.Get("rule"), Room: q.Get("room"), Speaker: q.Get("speaker"), Limit: limit,
	})
	return placesJSON{some(found)}, err
}

// apiDecide takes {"status":"confirmed"}. It does what the form does.
func (s *API) decide(r *http.Request) (any, error) {
	in, err := readJSON[statusJSON](r, `{"status":"open"}, "confirmed" or "dismissed", or {"choice":"…"}`)
	if err != nil {
		return nil, err
	}
	if (in.Status == "") == (in.Choice == "") {
		return nil, web.Refuse(http.StatusBadRequest, "want either a status or a choice")
	}
	return s.Record.Decide(r.Context(), r.PathValue("id"), record.Answer{Status: in.Status, Choice: in.Choice})
}

func (s *API) rules(r *http.Request) (any, error) {
	found, err := s.Record.Rules(r.Context())
	return rulesJSON{some(found)}, err
}

func (s *API) search(r *http.Request) (any, error) {
	address := r.URL.Query()
	q := record.FilterOf(address).Query(s.Location)
	q.Text, q.Cursor = strings.ToValidUTF8(address.Get("q"), ""), address.Get("cursor")
	page, err := s.Record.Search(r.Context(), q)
	if errors.Is(err, models.ErrInvalid) {
		return nil, web.Refuse(http.StatusBadRequest, "That can't be looked for. Use a few plain words, or a condition.")
	}
	if err != nil {
		return nil, err
	}
	page.Hits = some(page.Hits)
	return page, nil
}

func (s *API) health(r *http.Request) (any, error) {
	out := conditionsJSON{[]models.Condition{}}
	if s.Conditions != nil {
		out.Conditions = append(out.Conditions, s.Conditions(r.Context(), auth.VisitorOf(r.Context()).Scope())...)
	}
	return out, nil
}

func (s *API) document(*http.Request) (any, error) {
	return document(s.operations(), s.Version), nil
}
