package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/models"
)

func newPersonCommand(a *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "person",
		Short: "Show, export or erase what is kept of one person",
		Long: `PERSON is the platform's identity of somebody, or the name shown in the room when only one identity goes by it. Identity
comes from the platform alone: no voice prints are made.`,
	}
	return group(cmd, withRoom(newPersonShow(a)), withRoom(newPersonExport(a)), withRoom(newPersonOptOut(a)), withRoom(newPersonOptIn(a)),
		withRoom(newEraseKind(a, "erase PERSON", "Remove what a person said, in all rooms (as \"erase person\")", a.erasePerson)))
}

func newPersonShow(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "show PERSON",
		Short: "Show in which sessions a person was, and how much is kept",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, name, err := a.findPerson(cmd, args[0])
			if models.Readable(err) != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s · %s\n\n", plain(name), plain(r.ID))
			return errors.Join(table(a.stdout, a.palette(a.stdout), personRows(r)), err)
		},
	}
}

func personRows(r models.PersonRecord) [][]string {
	rows := [][]string{{"SESSION", "ROOM", "STARTED", "AS", "LINES", "FLAGS", "CLIPS"}}
	for _, s := range r.Sessions {
		rows = append(rows, []string{
			s.Session.ID, sessionName(s.Session), s.Session.Started.In(time.Local).Format("2006-01-02 15:04"), orDash(s.Speaker.Name),
			fmt.Sprint(s.Lines), fmt.Sprint(s.Flags), fmt.Sprint(s.Clips),
		})
	}
	return rows
}

func newPersonExport(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "export PERSON",
		Short: "Print all that is kept of a person as JSON",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, _, err := a.findPerson(cmd, args[0])
			if models.Readable(err) != nil {
				return err
			}
			return errors.Join(a.writeJSON(r), err)
		},
	}
}

// findPerson finds the one person that a word means, with all that is kept and the names the person went by. models.ErrUnreadable
// comes beside what could be read.
func (a *cli) findPerson(cmd *cobra.Command, word string) (r models.PersonRecord, name string, err error) {
	room, _ := cmd.Flags().GetString("room")
	store, err := a.openStore(cmd)
	if err != nil {
		return r, "", err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if room, err = a.roomIn(cmd, store, room); err != nil {
		return r, "", err
	}
	people, err := store.FindPeople(cmd.Context(), word)
	switch {
	case err != nil:
		return r, "", err
	case len(people) == 0:
		return r, "", models.WithHint(badInput(fmt.Errorf("nobody called %q is on record: %w", word, models.ErrNotFound)),
			`"earshot sessions show SESSION" names everybody who spoke there`)
	case len(people) > 1:
		return r, "", models.WithHint(badInput(fmt.Errorf("%d identities go by the name %q", len(people), word)),
			"say which: "+identities(people))
	}
	r, err = store.PersonRecord(cmd.Context(), people[0].ID, room)
	if errors.Is(err, models.ErrNotFound) {
		err = badInput(fmt.Errorf("%q was never in room %q: %w", word, room, models.ErrNotFound))
	}
	return r, strings.ReplaceAll(people[0].Name, ",", ", "), err
}

func identities(people []models.Speaker) string {
	var ids []string
	for i, p := range people {
		if i == 10 {
			return strings.Join(ids, ", ") + " …"
		}
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}
