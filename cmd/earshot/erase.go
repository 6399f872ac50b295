package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/models"
	"earshot/models/store"
)

// eraseWait is how long a running Earshot may take to carry out an erasure before the command stops waiting for it.
const eraseWait = 2 * time.Minute

func newEraseCommand(a *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "Remove a session, a person or a room from the record, to the last byte",
		Long: `Removes what was heard, so that no byte of it stays in any file of the record. An entry without content stays: that
something was removed, when, and by whom. Backups made earlier still hold it.

Also while Earshot runs on the same record: it carries the erasure out.`,
	}
	return group(cmd,
		newEraseKind(a, "session SESSION", "Remove one session with all that was heard in it", a.eraseSession),
		newEraseKind(a, "room ROOM", "Remove every session of a room", a.eraseRoom),
		withRoom(newEraseKind(a, "person PERSON", "Remove what a person said, in all rooms", a.erasePerson)))
}

func newEraseKind(_ *cli, use, short string, run func(cmd *cobra.Command, word string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return run(cmd, args[0]) },
	}
	cmd.Flags().Bool("yes", false, "don't ask")
	return cmd
}

func withRoom(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().String("room", "", "only in this `ROOM`")
	return cmd
}

func (a *cli) eraseSession(cmd *cobra.Command, word string) error {
	store, err := a.openStore(cmd)
	if err != nil {
		return err
	}
	info, err := findSession(cmd.Context(), store, word)
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	what := fmt.Sprintf("session %s (%s, %s): %s, %s", info.ID, sessionName(info.Session),
		info.Started.Local().Format("2006-01-02 15:04"), models.Count(info.Utterances, "line"), models.Count(info.Flags, "flag"))
	return a.erase(cmd, models.Erasure{Kind: models.EraseSession, Target: info.ID}, what, info.ID)
}

func (a *cli) eraseRoom(cmd *cobra.Command, room string) error {
	store, err := a.openStore(cmd)
	if err != nil {
		return err
	}
	word := room
	if room, err = a.roomIn(cmd, store, word); err != nil {
		if errors.Is(err, models.ErrNotFound) {
			err = notFound(fmt.Sprintf("there are no sessions of a room %q", word))
		}
		return errors.Join(err, store.Close())
	}
	found, err := store.Sessions(cmd.Context(), models.SessionQuery{Room: room, Limit: 1000})
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if len(found) == 0 {
		return notFound(fmt.Sprintf("there are no sessions of a room %q", word))
	}
	what := fmt.Sprintf("room %s: %s", room, models.Count(len(found), "session"))
	if len(found) == 1000 {
		what = fmt.Sprintf("room %s: more than 999 sessions", room)
	}
	return a.erase(cmd, models.Erasure{Kind: models.EraseRoom, Target: room}, what, word)
}

func (a *cli) erasePerson(cmd *cobra.Command, word string) error {
	r, name, err := a.findPerson(cmd, word)
	if models.Readable(err) != nil {
		return err
	}
	room, _ := cmd.Flags().GetString("room")
	if room, err = a.roomOfRecord(cmd, room); err != nil {
		return err
	}
	what := fmt.Sprintf("person %s (%s): %s and %s in %s", r.ID, name, models.Count(len(r.Utterances), "line"),
		models.Count(len(r.Flags), "flag"), models.Count(len(r.Sessions), "session"))
	return a.erase(cmd, models.Erasure{Kind: models.ErasePerson, Target: r.ID, Room: room}, what, r.ID)
}

// erase asks, erases and says so.
func (a *cli) erase(cmd *cobra.Command, e models.Erasure, what, name string) error {
	if yes, _ := cmd.Flags().GetBool("yes"); !yes {
		if err := a.askForName(what, name); err != nil {
			return err
		}
	}
	e.By = app.Operator()
	if err := a.carryOut(cmd, e); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "erased %s\nbackups, and files that you exported by hand, may still hold it\n", plain(what))
	return err
}

// askForName goes on when the person at the keyboard writes the name of what is to go.
func (a *cli) askForName(what, name string) error {
	fmt.Fprintf(a.stderr, "This removes for ever: %s\nWrite %s to go on:\n", plain(what), plain(name))
	line, _ := bufio.NewReader(a.stdin).ReadString('\n') // no answer is not the name either
	if strings.TrimSpace(line) == name {
		return nil
	}
	return models.WithHint(badInput(errors.New("nothing was erased: that is not the name")), "--yes goes on without asking")
}

// carryOut erases, or lets the process do it that runs on the record.
func (a *cli) carryOut(cmd *cobra.Command, e models.Erasure) error {
	c, err := a.config(cmd)
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
