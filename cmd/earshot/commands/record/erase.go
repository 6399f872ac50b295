package record

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/models/store"
)

// eraseWait is how long a running Earshot may take to carry out an erasure before the command stops waiting for it.
const eraseWait = 2 * time.Minute

func newEraseCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "Remove a session, a person or a room from the record, to the last byte",
		Long: `Removes what was heard, so that no byte of it stays in any file of the record. An entry without content stays: that
something was removed, when, and by whom. Backups made earlier still hold it.

Also while Earshot runs on the same record: it carries the erasure out.`,
	}
	return cli.Group(cmd,
		newEraseKind(env, "session SESSION", "Remove one session with all that was heard in it", eraseSession),
		newEraseKind(env, "room ROOM", "Remove every session of a room", eraseRoom),
		withRoom(newEraseKind(env, "person PERSON", "Remove what a person said, in all rooms", erasePerson)))
}

func newEraseKind(env *cli.Env, use, short string, run func(env *cli.Env, cmd *cobra.Command, word string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return run(env, cmd, args[0]) },
	}
	cmd.Flags().Bool("yes", false, "don't ask")
	return cmd
}

func withRoom(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().String("room", "", "only in this `ROOM`")
	return cmd
}

func eraseSession(env *cli.Env, cmd *cobra.Command, word string) error {
	var info models.SessionInfo
	err := env.WithRecord(cmd, func(db app.Record) (err error) {
		info, err = cli.FindSession(cmd.Context(), db, word)
		return err
	})
	if err != nil {
		return err
	}
	what := fmt.Sprintf("session %s (%s, %s): %s, %s", info.ID, terminal.RoomName(info.Session),
		terminal.Minute(info.Started), models.Count(info.Utterances, "line"), models.Count(info.Flags, "flag"))
	return erase(env, cmd, models.Erasure{Kind: models.EraseSession, Target: info.ID}, what, info.ID)
}

func eraseRoom(env *cli.Env, cmd *cobra.Command, word string) error {
	var room string
	var found []models.SessionInfo
	none := func() error { return cli.NotFound(fmt.Sprintf("there are no sessions of a room %q", word)) }
	err := env.WithRecord(cmd, func(db app.Record) (err error) {
		if room, err = env.FindRoom(cmd, db, word); err != nil {
			if errors.Is(err, models.ErrNotFound) {
				return none()
			}
			return err
		}
		found, err = db.Sessions(cmd.Context(), models.SessionQuery{Room: room, Limit: 1000})
		return err
	})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return none()
	}
	what := fmt.Sprintf("room %s: %s", room, models.Count(len(found), "session"))
	if len(found) == 1000 {
		what = fmt.Sprintf("room %s: more than 999 sessions", room)
	}
	return erase(env, cmd, models.Erasure{Kind: models.EraseRoom, Target: room}, what, word)
}

func erasePerson(env *cli.Env, cmd *cobra.Command, word string) error {
	p, err := findPerson(env, cmd, word)
	if models.Readable(err) != nil {
		return err
	}
	what := fmt.Sprintf("person %s (%s): %s and %s in %s", p.ID, p.name, models.Count(len(p.Utterances), "line"),
		models.Count(len(p.Flags), "flag"), models.Count(len(p.Sessions), "session"))
	return erase(env, cmd, models.Erasure{Kind: models.ErasePerson, Target: p.ID, Room: p.room}, what, p.ID)
}

// erase asks, erases and says so.
func erase(env *cli.Env, cmd *cobra.Command, e models.Erasure, what, name string) error {
	if yes, _ := cmd.Flags().GetBool("yes"); !yes {
		if err := askForName(env, what, name); err != nil {
			return err
		}
	}
	e.By = app.Operator()
	if err := carryOut(env, cmd, e); err != nil {
		return err
	}
	env.Printf("erased %s\nbackups, and files that you exported by hand, may still hold it\n", terminal.Plain(what))
	return nil
}

// askForName goes on when the person at the keyboard writes the name of what is to go.
func askForName(env *cli.Env, what, name string) error {
	env.Tellf("This removes for ever: %s\nWrite %s to go on:", terminal.Plain(what), terminal.Plain(name))
	line, _ := bufio.NewReader(env.Stdin).ReadString('\n') // no answer is not the name either
	if strings.TrimSpace(line) == name {
		return nil
	}
	return models.WithHint(cli.BadInput(errors.New("nothing was erased: that is not the name")), "--yes goes on without asking")
}

// carryOut erases, or lets the process do it that runs on the record.
func carryOut(env *cli.Env, cmd *cobra.Command, e models.Erasure) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	db, err := app.OpenRecord(ctx, c)
	if errors.Is(err, store.ErrInUse) {
		return app.EraseElsewhere(ctx, c, e, eraseWait)
	}
	if err != nil {
		return err
	}
	err = db.Erase(ctx, e)
	if err == nil {
		err = afterwards.RemoveFiles(ctx, db, c.Export.Dir)
	}
	return errors.Join(err, db.Close())
}
