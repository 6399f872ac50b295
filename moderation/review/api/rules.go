package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/tune"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
	"earshot/moderation/rules"
)

type (
	tryOrder struct {
		// Text holds successive lines of one speaker.
		Text    []string    `json:"text"`
		By      models.Role `json:"by,omitempty"`
		Profile string      `json:"profile,omitempty"`
		// WordP is the probability of every word; nil is 1.
		WordP *float64 `json:"word_p,omitempty"`
	}
	replayOrder struct {
		Profile string `json:"profile,omitempty"`
		Room    string `json:"room,omitempty"`
		// Since is how far back to look: 12h, 30d, 8w or all; "" is 30d.
		Since string `json:"since,omitempty"`
	}
	tuneOrder struct {
		Profile string `json:"profile,omitempty"`
		// Rule is the only rule to look at; "" is all.
		Rule string `json:"rule,omitempty"`
		// Since is how far back to look: 12h, 30d, 8w or all; "" is 30d.
		Since string `json:"since,omitempty"`
	}
	takeOrder struct {
		// Profile, Rule and Since must be those for which the proposal was made.
		Profile string `json:"profile,omitempty"`
		Rule    string `json:"rule,omitempty"`
		Since   string `json:"since,omitempty"`
		// Proposal is the id of a proposal for the same profile, rule and time.
		Proposal string `json:"proposal"`
	}
	redactionOrder struct {
		// Words are positions of words in the line, counting from 0.
		Words []int `json:"words,omitempty"`
		All   bool  `json:"all,omitempty"`
	}
)

// lineParams name a line.
var lineParams = []param{
	{"id", "id of a session"},
	{"epoch", "epoch of the line"},
	{"seq", "number of the line on its track"},
	{"track", "track of the line"},
}

// ruleRoutes are the operations on the rules in use, and on matched words.
func (s *API) ruleRoutes() []operation {
	routes := []operation{
		{
			"POST", "/api/sessions/{id}/utterances/{epoch}/{seq}/{track}/redaction",
			"Permanently redact some words of a line, by position, or all of them, also in its audio and wherever it is quoted",
			lineParams,
			redactionOrder{},
			models.Utterance{},
			"", s.handle(s.redact),
		},
	}
	if s.Rules == nil {
		return routes
	}
	routes = append(routes,
		operation{
			"POST", "/api/rules/try",
			"Judge successive lines of one speaker against the rules in use, as `earshot rules try --json` does. Nothing is stored", nil,
			tryOrder{},
			engine.Tried{},
			"", s.handle(s.try),
		},
		operation{
			"POST", "/api/rules/replay",
			"What the rules in use would have done in the stored sessions, as `earshot rules replay --json` counts it. For people who may " +
				"decide flags of all sessions. After a few seconds the remaining, older sessions are left out",
			nil,
			replayOrder{},
			engine.Replayed{},
			"", s.handle(s.replay),
		},
	)
	if s.Tuner != nil {
		routes = append(routes, s.tuneRoutes()...)
	}
	return routes
}

// tuneRoutes are the operations that change the rules in use.
func (s *API) tuneRoutes() []operation {
	return []operation{
		{
			"POST", "/api/rules/tune",
			"Small rule changes that hosts' decisions support, as `earshot rules tune --json` proposes them, each with the edit it would make. " +
				"For people who may decide flags of all sessions. If there are many sessions, only the newest are used. Nothing is changed",
			nil,
			tuneOrder{},
			tune.Result{},
			"", s.handle(s.tune),
		},
		{
			"POST", "/api/rules/take",
			"Apply a proposal to the host's rule file, keeping the previous version next to it. For owners. In effect once the file is reloaded",
			nil,
			takeOrder{},
			record.Taken{},
			"", s.handle(s.take),
		},
	}
}

func (s *API) redact(r *http.Request) (any, error) {
	in, err := readJSON[redactionOrder](r, `{"words": [0, 3]}, the positions of words in the line, or {"all": true}`)
	if err != nil {
		return nil, err
	}
	if in.All == (len(in.Words) > 0) {
		return nil, web.Refuse(http.StatusBadRequest, "send either words or all")
	}
	key, err := record.LineKey(r)
	if err != nil {
		return nil, err
	}
	return s.Record.Redact(r.Context(), key, func(u models.Utterance) []int {
		if !in.All {
			return in.Words
		}
		all := make([]int, len(u.Words))
		for i := range all {
			all[i] = i
		}
		return all
	})
}

func (s *API) try(r *http.Request) (any, error) {
	in, err := readJSON[tryOrder](r, `{"text": ["…"]}, with by, profile and word_p where they are wanted`)
	if err != nil {
		return nil, err
	}
	e := engine.Example{Say: in.Text, By: in.By, WordP: 1}
	if in.WordP != nil {
		e.WordP = *in.WordP
	}
	said := strings.Join(in.Text, "\n")
	switch {
	case strings.TrimSpace(said) == "":
		return nil, web.Refuse(http.StatusBadRequest, "text: must not be empty")
	case len(said) > record.MaxTried:
		return nil, web.Refuse(http.StatusBadRequest, "text: too long")
	case e.WordP < 0 || e.WordP > 1:
		return nil, web.Refuse(http.StatusBadRequest, "word_p: want a number from 0 to 1")
	}
	out, err := s.Rules.Try(in.Profile, e)
	if err != nil {
		return nil, fmt.Errorf("try: %w", err)
	}
	return out, nil
}

func (s *API) replay(r *http.Request) (any, error) {
	in, err := readJSON[replayOrder](r, `{}, with profile, room and since where they are wanted`)
	if err != nil {
		return nil, err
	}
	if !auth.VisitorOf(r.Context()).May(in.Room, models.AccessReviewer) {
		return nil, models.ErrForbidden
	}
	since, err := s.since(in.Since)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), record.ReplayWithin)
	defer cancel()
	out, err := s.Rules.Replay(ctx, in.Profile, in.Room, since)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return out, nil
}

// since parses how far back to look.
func (s *API) since(text string) (time.Time, error) {
	switch text {
	case "":
		return s.Now().AddDate(0, 0, -record.ReplayDays), nil
	case "all":
		return time.Time{}, nil
	}
	age, err := rules.ParseDuration(text)
	if err != nil {
		return time.Time{}, web.Refuse(http.StatusBadRequest, "since: want 12h, 30d, 8w or all")
	}
	return s.Now().Add(-age), nil
}

func (s *API) tune(r *http.Request) (any, error) {
	in, err := readJSON[tuneOrder](r, `{}, with profile, rule and since where they are wanted`)
	if err != nil {
		return nil, err
	}
	if !auth.VisitorOf(r.Context()).All.Allows(models.AccessReviewer) {
		return nil, models.ErrForbidden
	}
	since, err := s.since(in.Since)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), record.ReplayWithin)
	defer cancel()
	out, err := s.Tuner.Proposals(ctx, in.Profile, in.Rule, since)
	if err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	return out, nil
}

func (s *API) take(r *http.Request) (any, error) {
	in, err := readJSON[takeOrder](r, `{"proposal": "…"}, with the profile, rule and since that it was made for`)
	if err != nil {
		return nil, err
	}
	who := auth.VisitorOf(r.Context())
	if !who.All.Allows(models.AccessOwner) {
		return nil, models.ErrForbidden
	}
	if in.Proposal == "" {
		return nil, web.Refuse(http.StatusBadRequest, "proposal: want the id of a proposal from /api/rules/tune")
	}
	since, err := s.since(in.Since)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), record.ReplayWithin)
	defer cancel()
	out, err := s.Tuner.Take(ctx, in.Profile, in.Rule, in.Proposal, who.Name, since)
	if err != nil {
		return nil, fmt.Errorf("take: %w", err)
	}
	return out, nil
}
