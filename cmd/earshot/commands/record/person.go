package record

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newPersonCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "person",
		Short: "Show, export or erase what is kept of one person",
		Long: `PERSON is the platform's identity of somebody, or the name shown in the room when only one identity goes by it. Identity
comes from the platform alone: no voice prints are made.`,
	}
	subs := []*cobra.Command{
		newPersonShow(env), newPersonExport(env), newPersonOptOut(env), newPersonOptIn(env),
		newEraseKind(env, "erase PERSON", "Remove what a person said, in all rooms (as \"erase person\")", erasePerson),
	}
	for _, sub := range subs {
		withRoom(sub)
	}
	return cli.Group(cmd, subs...)
}

func newPersonShow(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "show PERSON",
		Short: "Show in which sessions a person was, and how much is kept",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := findPerson(env, cmd, args[0])
			if models.Readable(err) != nil {
				return err
			}
			env.Printf("%s · %s\n\n", terminal.Plain(p.name), terminal.Plain(p.ID))
			return errors.Join(env.Table(personRows(p.PersonRecord)), err)
		},
	}
}

func personRows(r models.PersonRecord) [][]string {
	rows := [][]string{{"SESSION", "ROOM", "STARTED", "AS", "LINES", "FLAGS", "CLIPS"}}
	for _, s := range r.Sessions {
		rows = append(rows, []string{
			s.Session.ID, terminal.RoomName(s.Session), terminal.Minute(s.Session.Started), terminal.OrDash(s.Speaker.Name),
			fmt.Sprint(s.Lines), fmt.Sprint(s.Flags), fmt.Sprint(s.Clips),
		})
	}
	return rows
}

func newPersonExport(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "export PERSON",
		Short: "Print all that is kept of a person as JSON",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := findPerson(env, cmd, args[0])
			if models.Readable(err) != nil {
				return err
			}
			return errors.Join(env.JSON(p.PersonRecord), err)
		},
	}
}
