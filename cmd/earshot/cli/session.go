package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/models"
)

// Sessions is what finding a session by hand needs of the store.
type Sessions interface {
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// FindSession finds the session that a person means: "last", an id, or the unique beginning of one.
func FindSession(ctx context.Context, store Sessions, word string) (models.SessionInfo, error) {
	if word == "last" {
		found, err := store.Sessions(ctx, models.SessionQuery{Limit: 100})
		if err != nil {
			return models.SessionInfo{}, err
		}
		for _, s := range found {
			if !neverWas(s) {
				return s, nil
			}
		}
		return models.SessionInfo{}, NotFound("there are no sessions yet in which anything was heard")
	}
	exact, err := store.Session(ctx, word)
	if !errors.Is(err, models.ErrNotFound) {
		return exact, err
	}
	found, err := sessionsByPrefix(ctx, store, word)
	switch {
	case err != nil:
		return models.SessionInfo{}, err
	case len(found) == 0:
		return models.SessionInfo{}, NotFound(fmt.Sprintf("there is no session %q", word))
	case len(found) > 1:
		return models.SessionInfo{}, models.WithHint(BadInput(fmt.Errorf("%q begins the names of several sessions", word)),
			fmt.Sprintf("write more of it: %s or %s", found[0].ID, found[1].ID))
	}
	return found[0], nil
}

// neverWas says that a session ended before the bot was in its room: there is nothing in it.
func neverWas(s models.SessionInfo) bool {
	failed := strings.HasPrefix(string(s.Reason), "failed:") || s.Reason == models.EndDenied
	return !s.Live() && failed && s.Utterances == 0 && s.Pending == 0 && len(s.Speakers) == 0
}

// NotFound is the error of a session or room that a person named and that is not on record.
func NotFound(what string) error {
	return models.WithHint(BadInput(fmt.Errorf("%s: %w", what, models.ErrNotFound)), `"earshot sessions list" lists them`)
}

// sessionsByPrefix goes through all sessions, page by page, and keeps those whose id begins with the prefix. Two are
// enough to know that it is not unique.
func sessionsByPrefix(ctx context.Context, store Sessions, prefix string) ([]models.SessionInfo, error) {
	var out []models.SessionInfo
	q := models.SessionQuery{Limit: 1000}
	for prefix != "" && len(out) < 2 {
		page, err := store.Sessions(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			if strings.HasPrefix(s.ID, prefix) {
				out = append(out, s)
			}
		}
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].Started
	}
	return out, nil
}
