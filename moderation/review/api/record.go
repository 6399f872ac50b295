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
		// Processes are told to those who may see all rooms, where several share the database.
		Processes *models.Processes `json:"processes,omitempty"`
	}
	statusJSON struct {
		Status models.FlagStatus `json:"status,omitempty"`
		// Choice is one of the offers of the flag's open ask.
		Choice string `json:"choice,omitempty"`
	}
	decisionOrder struct {
		// Flags are the ids of flags of the line, which are decided together.
		Flags  []string          `json:"flags"`
		Status models.FlagStatus `json:"status,omitempty"`
		// Verb is carried out in the room and confirms the flags.
		Verb models.Verb `json:"verb,omitempty"`
		// Choice is one of the offers of an open ask about the line.
		Choice string `json:"choice,omitempty"`
	}
	actionOrder struct {
		Verb models.Verb `json:"verb"`
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
		return nil, web.Refuse(http.StatusBadRequest, "send either a status or a choice")
	}
	return s.Record.Decide(r.Context(), r.PathValue("id"), record.Answer{Status: in.Status, Choice: in.Choice})
}

// decideLine does what the form of a card does.
func (s *API) decideLine(r *http.Request) (any, error) {
	in, err := readJSON[decisionOrder](r, `{"flags":["…"],"status":"confirmed"}, or a verb or a choice instead of the status`)
	if err != nil {
		return nil, err
	}
	set := 0
	for _, x := range []string{string(in.Status), string(in.Verb), in.Choice} {
		if x != "" {
			set++
		}
	}
	if set != 1 {
		return nil, web.Refuse(http.StatusBadRequest, "want a status, a verb or a choice")
	}
	key, err := record.LineKey(r)
	if err != nil {
		return nil, err
	}
	done, err := s.Desk.DecideLine(r.Context(), key, in.Flags, record.Answer{Status: in.Status, Verb: in.Verb, Choice: in.Choice})
	return flagsJSON{some(done.Flags)}, err
}

// actOn does what the menu of a name does.
func (s *API) actOn(r *http.Request) (any, error) {
	in, err := readJSON[actionOrder](r, `{"verb":"mute"}`)
	if err != nil {
		return nil, err
	}
	return s.Desk.ActOn(r.Context(), r.PathValue("id"), r.PathValue("speaker"), in.Verb)
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
		return nil, web.Refuse(http.StatusBadRequest, "That search can't be read. Use a few plain words, or a filter.")
	}
	if err != nil {
		return nil, err
	}
	page.Hits = some(page.Hits)
	return page, nil
}

func (s *API) health(r *http.Request) (any, error) {
	out, scope := conditionsJSON{Conditions: []models.Condition{}}, auth.VisitorOf(r.Context()).Scope()
	if s.Conditions != nil {
		out.Conditions = append(out.Conditions, s.Conditions(r.Context(), scope)...)
	}
	if s.Processes != nil && scope.All() {
		out.Processes, _ = s.Processes(r.Context()) // the conditions tell why they can't be read
	}
	return out, nil
}

func (s *API) document(*http.Request) (any, error) {
	return document(s.operations(), s.Version), nil
}
