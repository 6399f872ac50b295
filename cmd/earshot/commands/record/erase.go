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
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

// eraseWait is how long the command waits for a running Earshot to carry out an erasure.
const eraseWait = 2 * time.Minute

func newEraseCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "Permanently erase a session, a person or a room",
		Long: `Erases what was heard so that no byte of it remains in any file of the database. Only a record without content is kept: that
something was removed, when, and by whom. Backups made earlier still contain it.

If a service runs on the same database, the service carries out the erasure.`,
	}
	return cli.Group(cmd,
		newEraseKind(env, "session SESSION", "Erase one session with everything heard in it", eraseSession),
		newEraseKind(env, "room ROOM", "Erase every session of a room", eraseRoom),
		withRoom(newEraseKind(env, "person PERSON", "Erase what a person said, in all rooms", erasePerson)))
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
		info, err = cli.FindSessionID(cmd.Context(), db, word)
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
	none := func() error { return cli.NotFound(fmt.Sprintf("no sessions of a room named %q", word)) }
	err := env.WithRecord(cmd, func(db app.Record) (err error) {
		if room, err = env.FindRoom(cmd, db, word); err != nil {
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

// erase asks for confirmation, erases, and reports that it has.
func erase(env *cli.Env, cmd *cobra.Command, e models.Erasure, what, name string) error {
	if yes, _ := cmd.Flags().GetBool("yes"); !yes {
		if err := askForName(env, what, name); err != nil {
			return err
		}
	}
	e.By = control.Operator()
	if err := carryOut(env, cmd, e); err != nil {
		return err
	}
	env.Printf("erased %s\nbackups, and files that you exported yourself, may still contain it\n", terminal.Plain(what))
	return nil
}

// askForName returns nil if the person at the keyboard types the name of what is to be erased.
func askForName(env *cli.Env, what, name string) error {
	env.Tellf("This permanently erases: %s\nType %s to continue:", terminal.Plain(what), terminal.Plain(name))
	line, _ := bufio.NewReader(env.Stdin).ReadString('\n') // an unreadable answer is not the name either
	if strings.TrimSpace(line) == name {
		return nil
	}
	return models.WithHint(cli.BadInput(errors.New("nothing was erased: the name does not match")), "use --yes to skip the question")
}

// carryOut erases, or has the process that runs on the record do it.
func carryOut(env *cli.Env, cmd *cobra.Command, e models.Erasure) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return app.WriteRecord(ctx, c, func(db app.Record) error {
		if err := db.Erase(ctx, e); err != nil {
			return err
		}
		return afterwards.RemoveFiles(ctx, db, c.Export.Dir)
	}, func() error { return app.EraseElsewhere(ctx, c, e, eraseWait) })
}
