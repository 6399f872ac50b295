package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/export"
)

func newSessionsCommand(a *cli) *cobra.Command {
	cmd := &cobra.Command{Use: "sessions", Short: "List and show what was heard in rooms"}
	return group(cmd, newSessionsList(a), newSessionsShow(a))
}

func newSessionsList(a *cli) *cobra.Command {
	var asJSON bool
	var q models.SessionQuery
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the sessions, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.Limit < 1 || q.Limit > 1000 {
				return badInput(fmt.Errorf("--limit %d: a number from 1 to 1000 belongs here", q.Limit))
			}
			found, err := a.listSessions(cmd, q)
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(found)
			}
			if len(found) == 0 {
				fmt.Fprintln(a.stdout, `no sessions yet: "earshot demo" makes one, "earshot join URL" takes part in a room`)
				return nil
			}
			return table(a.stdout, a.palette(a.stdout), sessionRows(found, time.Local))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.Flags().BoolVar(&q.Live, "live", false, "only sessions that have not ended")
	cmd.Flags().StringVar(&q.Room, "room", "", "only this `ROOM`")
	cmd.Flags().IntVarP(&q.Limit, "limit", "n", 20, "the newest `N` sessions, 1 to 1000")
	return cmd
}

// listSessions reads a list; no database yet means no sessions yet. The list is never nil.
func (a *cli) listSessions(cmd *cobra.Command, q models.SessionQuery) ([]models.SessionInfo, error) {
	store, err := a.openStore(cmd)
	if errors.Is(err, models.ErrNotFound) {
		return []models.SessionInfo{}, nil
	}
	if err != nil {
		return nil, err
	}
	if q.Room, err = a.roomIn(cmd, store, q.Room); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	found, err := store.Sessions(cmd.Context(), q)
	if found == nil {
		found = []models.SessionInfo{}
	}
	return found, errors.Join(err, store.Close())
}

// openStore opens the record for reading, also while another Earshot writes to it. The caller closes it.
func (a *cli) openStore(cmd *cobra.Command) (app.Record, error) {
	c, err := a.config(cmd)
	if err != nil {
		return nil, err
	}
	return app.ReadRecord(cmd.Context(), c)
}

func sessionRows(found []models.SessionInfo, zone *time.Location) [][]string {
	rows := [][]string{{"SESSION", "ROOM", "STARTED", "LENGTH", "LINES", "FLAGS", "STATE"}}
	for _, s := range found {
		rows = append(rows, []string{
			s.ID, sessionName(s.Session), s.Started.In(zone).Format("2006-01-02 15:04"), export.Clock(s.DurationMS),
			fmt.Sprint(s.Utterances), flagCount(s), sessionState(s.Session),
		})
	}
	return rows
}

func sessionName(s models.Session) string {
	if s.Name != "" {
		return s.Name
	}
	return s.Room
}

func sessionState(s models.Session) string {
	if s.Live() {
		return "live"
	}
	return strings.ReplaceAll(string(s.Reason), "_", " ")
}

func flagCount(s models.SessionInfo) string {
	if s.OpenFlags == 0 {
		return fmt.Sprint(s.Flags)
	}
	return fmt.Sprintf("%d (%d open)", s.Flags, s.OpenFlags)
}

// sessionFinder is what finding a session by hand needs of the store.
type sessionFinder interface {
	Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error)
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// findSession finds the session that a person means: "last", an id, or the unique beginning of one.
func findSession(ctx context.Context, store sessionFinder, word string) (models.SessionInfo, error) {
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
		return models.SessionInfo{}, notFound("there are no sessions yet in which anything was heard")
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
		return models.SessionInfo{}, notFound(fmt.Sprintf("there is no session %q", word))
	case len(found) > 1:
		return models.SessionInfo{}, models.WithHint(badInput(fmt.Errorf("%q begins the names of several sessions", word)),
			fmt.Sprintf("write more of it: %s or %s", found[0].ID, found[1].ID))
	}
	return found[0], nil
}

// neverWas says that a session ended before the bot was in its room: there is nothing in it.
func neverWas(s models.SessionInfo) bool {
	failed := strings.HasPrefix(string(s.Reason), "failed:") || s.Reason == models.EndDenied
	return !s.Live() && failed && s.Utterances == 0 && s.Pending == 0 && len(s.Speakers) == 0
}

func notFound(what string) error {
	return models.WithHint(badInput(fmt.Errorf("%s: %w", what, models.ErrNotFound)), `"earshot sessions list" lists them`)
}

// sessionsByPrefix goes through all sessions, page by page, and keeps those whose id begins with the prefix. Two are
// enough to know that it is not unique.
func sessionsByPrefix(ctx context.Context, store sessionFinder, prefix string) ([]models.SessionInfo, error) {
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

// roomIn finds the identity of a room that somebody names at the keyboard; "" stays "".
func (a *cli) roomIn(cmd *cobra.Command, store store.Sessions, word string) (string, error) {
	if word == "" {
		return "", nil
	}
	cfg, err := a.config(cmd)
	if err != nil {
		return "", err
	}
	rooms, err := app.KnownRooms(cmd.Context(), cfg, store)
	if err != nil {
		return "", err
	}
	room, err := models.FindRoom(rooms, word)
	return room.ID, badInput(err)
}

// roomOfRecord is roomIn with the record opened for it.
func (a *cli) roomOfRecord(cmd *cobra.Command, word string) (string, error) {
	if word == "" {
		return "", nil
	}
	store, err := a.openStore(cmd)
	if err != nil {
		return "", err
	}
	room, err := a.roomIn(cmd, store, word)
	return room, errors.Join(err, store.Close())
}
