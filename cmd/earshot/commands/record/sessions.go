package record

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newSessionsCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{Use: "sessions", Short: "List and show sessions"}
	return cli.Group(cmd, newSessionsList(env), newSessionsShow(env))
}

func newSessionsList(env *cli.Env) *cobra.Command {
	var asJSON bool
	var q models.SessionQuery
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List sessions, newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.Limit < 1 || q.Limit > 1000 {
				return cli.BadInput(fmt.Errorf("--limit %d: must be a number from 1 to 1000", q.Limit))
			}
			found, err := listSessions(env, cmd, q)
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(found)
			}
			if len(found) == 0 {
				env.Println(`no sessions yet: "earshot demo" makes one, "earshot join URL" joins a room`)
				return nil
			}
			return env.Table(terminal.SessionRows(found))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.Flags().BoolVar(&q.Live, "live", false, "only sessions that have not ended")
	cmd.Flags().StringVar(&q.Room, "room", "", "only this `ROOM`")
	cmd.Flags().IntVarP(&q.Limit, "limit", "n", 20, "the newest `N` sessions, 1 to 1000")
	return cmd
}

// listSessions returns the sessions that a query selects. If there is no database yet, it returns an empty list, never nil.
func listSessions(env *cli.Env, cmd *cobra.Command, q models.SessionQuery) ([]models.SessionInfo, error) {
	found := []models.SessionInfo{}
	db, err := env.ReadRecord(cmd)
	if errors.Is(err, models.ErrNotFound) {
		return found, nil
	}
	if err != nil {
		return nil, err
	}
	if q.Room, err = env.FindRoom(cmd, db, q.Room); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	more, err := db.Sessions(cmd.Context(), q)
	return append(found, more...), errors.Join(err, db.Close())
}
