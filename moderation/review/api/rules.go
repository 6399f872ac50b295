package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
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
		// WordP is how surely every word is heard; nil is 1.
		WordP *float64 `json:"word_p,omitempty"`
	}
	replayOrder struct {
		Profile string `json:"profile,omitempty"`
		Room    string `json:"room,omitempty"`
		// Since is how far back to look: 12h, 30d, 8w or all; "" is 30d.
		Since string `json:"since,omitempty"`
	}
	redactionOrder struct {
		// Words are the places of words in the line, the first being 0.
		Words []int `json:"words,omitempty"`
		All   bool  `json:"all,omitempty"`
	}
)

// ruleRoutes are the operations on the rules in use, and on the words that they find.
func (s *API) ruleRoutes() []operation {
	line := []param{
		{"id", "id of a session"},
		{"epoch", "epoch of the line"},
		{"seq", "number of the line on its track"},
		{"track", "track of the line"},
	}
	routes := []operation{
		{
			"POST", "/api/sessions/{id}/utterances/{epoch}/{seq}/{track}/redaction",
			"Take words, by their places, or all words out of a line for good, and out of all that quotes it and its sound", line,
			redactionOrder{},
			models.Utterance{},
			"", s.handle(s.redact),
		},
	}
	if s.Rules == nil {
		return routes
	}
	return append(routes,
		operation{
			"POST", "/api/rules/try",
			"Judge successive lines of one speaker by the rules in use, as `earshot rules try --json` does. Nothing is stored", nil,
			tryOrder{},
			engine.Tried{},
			"", s.handle(s.try),
		},
		operation{
			"POST", "/api/rules/replay",
			"What the rules in use would have done in the stored sessions, as `earshot rules replay --json` counts it, for who may decide about " +
				"all of them. After some seconds the older sessions are left out",
			nil,
			replayOrder{},
			engine.Replayed{},
			"", s.handle(s.replay),
		},
	)
}

func (s *API) redact(r *http.Request) (any, error) {
	in, err := readJSON[redactionOrder](r, `{"words": [0, 3]}, the places of words in the line, or {"all": true}`)
	if err != nil {
		return nil, err
	}
	if in.All == (len(in.Words) > 0) {
		return nil, web.Refuse(http.StatusBadRequest, "want either words or all")
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
		return nil, web.Refuse(http.StatusBadRequest, "text: nothing to try")
	case len(said) > record.MaxTried:
		return nil, web.Refuse(http.StatusBadRequest, "text: too long to try at once")
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
	since := s.Now().AddDate(0, 0, -record.ReplayDays)
	switch in.Since {
	case "":
	case "all":
		since = time.Time{}
	default:
		age, err := rules.ParseDuration(in.Since)
		if err != nil {
			return nil, web.Refuse(http.StatusBadRequest, "since: want 12h, 30d, 8w or all")
		}
		since = s.Now().Add(-age)
	}
	ctx, cancel := context.WithTimeout(r.Context(), record.ReplayWithin)
	defer cancel()
	out, err := s.Rules.Replay(ctx, in.Profile, in.Room, since)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return out, nil
}
