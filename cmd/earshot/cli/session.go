package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/review/transcript"
)

// Sessions is the part of the store that FindSession and FindSessionID need.
type Sessions interface {
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// FindSession returns the session that a person means. It accepts what FindSessionID accepts, and a room's name or address, which stands
// for the newest session there. If several rooms have the name, the error lists them.
func FindSession(ctx context.Context, store Sessions, word string) (models.SessionInfo, error) {
	if _, err := store.Session(ctx, word); word != "last" && errors.Is(err, models.ErrNotFound) {
		if in, err := newestIn(ctx, store, word); !errors.Is(err, models.ErrNotFound) {
			return in, err
		}
	}
	return FindSessionID(ctx, store, word)
}

// FindSessionID returns the session that a person means: "last", an id, or a unique prefix of one.
func FindSessionID(ctx context.Context, store Sessions, word string) (models.SessionInfo, error) {
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
		return models.SessionInfo{}, NotFound("no session has any speech yet")
	}
	exact, err := store.Session(ctx, word)
	if !errors.Is(err, models.ErrNotFound) {
		return exact, err
	}
	found, err := sessionsByPrefix(ctx, store, word)
	switch {
	case err != nil:
		return models.SessionInfo{}, err
	case len(found) == 0 && transcript.Known(word):
		return models.SessionInfo{}, NotFound(fmt.Sprintf("no session and no file is named %q", word))
	case len(found) == 0:
		return models.SessionInfo{}, NotFound(fmt.Sprintf("no session is named %q%s", word, nearSession(ctx, store, word)))
	case len(found) > 1:
		return models.SessionInfo{}, models.WithHint(BadInput(fmt.Errorf("several session names begin with %q", word)),
			fmt.Sprintf("be more specific: %s or %s", found[0].ID, found[1].ID))
	}
	return found[0], nil
}

// nearSession is DidYouMean for sessions: it suggests their rooms, their ids and "last".
func nearSession(ctx context.Context, store Sessions, word string) string {
	found, _ := store.Sessions(ctx, models.SessionQuery{Limit: recent}) // a failed suggestion is not worth an error
	names := []string{"last"}
	for _, s := range found {
		names = append(names, s.Name, s.ID)
	}
	return DidYouMean(word, names)
}

// newestIn returns the newest session of the room that a word names, among the newest 1000 sessions. It prefers sessions in which the bot
// got in. It returns models.ErrNotFound if no such room has a session.
func newestIn(ctx context.Context, store Sessions, word string) (models.SessionInfo, error) {
	all, err := store.Sessions(ctx, models.SessionQuery{Limit: 1000})
	if err != nil {
		return models.SessionInfo{}, err
	}
	rooms := make([]models.Room, len(all))
	for i, s := range all {
		rooms[i] = models.Room{ID: s.Room, Name: s.Name}
	}
	room, err := models.FindRoom(rooms, word)
	if word == "" {
		err = models.ErrNotFound // rooms without a name don't count
	}
	if err != nil {
		if errors.Is(err, models.ErrConflict) {
			err = BadInput(err)
		}
		return models.SessionInfo{}, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(s models.SessionInfo) bool { return s.Room != room.ID })
	if len(all) == 0 {
		return models.SessionInfo{}, models.ErrNotFound
	}
	slices.SortStableFunc(all, func(a, b models.SessionInfo) int { return b.Started.Compare(a.Started) })
	return all[max(0, slices.IndexFunc(all, func(s models.SessionInfo) bool { return !neverWas(s) }))], nil
}

// neverWas reports whether a session holds nothing: it ended before the bot got into its room, or the bot is still trying to get in, or
// waits for people.
func neverWas(s models.SessionInfo) bool {
	failed := strings.HasPrefix(string(s.Reason), "failed:") || s.Reason == models.EndDenied
	return (s.Live() || failed) && s.Utterances == 0 && s.Pending == 0 && len(s.Speakers) == 0
}

// unknown is a sentence about something that is not on record. It is an error that matches models.ErrNotFound.
type unknown string

// Error returns the sentence.
func (u unknown) Error() string { return string(u) }

// Is reports whether the target is models.ErrNotFound.
func (unknown) Is(target error) bool { return target == models.ErrNotFound }

// NotFound returns the error for a session or room that a person named and that is not on record.
func NotFound(what string) error {
	return models.WithHint(BadInput(unknown(what)), `"earshot sessions list" lists them`)
}

// sessionsByPrefix searches all sessions, page by page, for ids with the prefix. It stops at two, which show that the prefix is not unique.
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
