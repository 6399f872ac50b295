package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/review/export"
)

func newPersonCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "person",
		Short: "Show, export or erase the data stored about a person",
		Long: `PERSON is the person's identity on the platform, or the name shown in the room if only one identity has it. Identity comes
from the platform alone: no voiceprints are made.`,
	}
	subs := []*cobra.Command{
		newPersonShow(env), newPersonExport(env), newPersonOptOut(env), newPersonOptIn(env),
		newEraseKind(env, "erase PERSON", "Erase what a person said, in all rooms (same as \"erase person\")", erasePerson),
	}
	for _, sub := range subs {
		withRoom(sub)
	}
	return cli.Group(cmd, subs...)
}

func newPersonShow(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show PERSON",
		Short: "Show a person's sessions and how much is stored",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := findPerson(env, cmd, args[0])
			if models.Readable(err) != nil {
				return err
			}
			if asJSON {
				return errors.Join(env.JSON(personJSON{p.ID, p.name, append([]models.PersonIn{}, p.Sessions...)}), err)
			}
			env.Printf("%s · %s\n\n", terminal.Plain(p.name), terminal.Plain(p.ID))
			return errors.Join(env.Table(personRows(p.PersonRecord)), err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// personJSON is a person in "person show --json"; "person export" prints everything about one.
type personJSON struct {
	ID       string            `json:"id"`
	Names    string            `json:"names"`
	Sessions []models.PersonIn `json:"sessions"`
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
	var out cli.Output
	cmd := &cobra.Command{
		Use:   "export PERSON",
		Short: "Export everything stored about a person",
		Long: `Writes everything stored about a person:

  json  everything, for another program
  txt   what the person said, and what was done, session by session`,
		Example: "  earshot person export Ben --output ben.json\n  earshot person export Ben --format txt",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := out.FormatFor(out.Path)
			if err != nil {
				return err
			}
			p, unread := findPerson(env, cmd, args[0])
			if models.Readable(unread) != nil {
				return unread
			}
			var b bytes.Buffer
			if format == export.FormatJSON {
				err = cli.WriteJSON(&b, p.PersonRecord)
			} else {
				err = personText(&b, p)
			}
			if err == nil {
				err = out.Write(env, b.Bytes())
			}
			return errors.Join(err, unread)
		},
	}
	out.AddTo(cmd, "`FILE` to write; - is standard output", export.FormatJSON, export.FormatText)
	return cmd
}

// personText writes what a person said, and what was done, session by session.
func personText(w io.Writer, p person) error {
	fmt.Fprintf(w, "%s · %s\n", terminal.Plain(p.name), terminal.Plain(p.ID)) // writes to memory, as everything here does
	for _, in := range p.Sessions {
		id := in.Session.ID
		fmt.Fprintf(w, "\n%s · %s · %s\n", terminal.RoomName(in.Session), in.Session.Started.UTC().Format("2006-01-02 15:04 UTC"), id)
		t := export.Transcript{
			Utterances: only(p.Utterances, func(u models.Utterance) bool { return u.Session == id }),
			Flags:      only(p.Flags, func(f models.Flag) bool { return f.Session == id }),
			Gaps:       only(p.Gaps, func(g models.Gap) bool { return g.Session == id }),
		}
		if err := export.Write(w, export.FormatText, t); err != nil {
			return err
		}
		for _, a := range only(p.Actions, func(a models.Action) bool { return a.Session == id }) {
			fmt.Fprintln(w, terminal.ActionText(terminal.Palette{}, a))
		}
	}
	return nil
}

// only returns the elements that belong.
func only[T any](all []T, belongs func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return !belongs(x) })
}
