package record

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/review/export"
)

func newPersonOptOut(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "optout PERSON",
		Short: "Stop transcribing a person",
		Long: `From now on this person's audio is discarded before any processing, in every room where they were seen or, with --room, in one.
The transcript shows that they are not transcribed. This lasts until "earshot person optin", across restarts and even after
everything else about the person has been erased. In lounges and LiveKit rooms people can opt out themselves: /optout in the chat.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return object(env, cmd, args[0], models.ConsentObjected)
		},
	}
}

func newPersonOptIn(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "optin PERSON",
		Short: "Transcribe a person again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return object(env, cmd, args[0], models.ConsentWithdrew)
		},
	}
}

// object stores a person's objection, or its withdrawal, in each room where they were seen, for the newest session there.
func object(env *cli.Env, cmd *cobra.Command, word string, what models.ConsentWhat) error {
	p, err := findPerson(env, cmd, word)
	if models.Readable(err) != nil {
		return err
	}
	newest := map[string]models.PersonIn{}
	var rooms []string
	for _, s := range p.Sessions { // in order of their start
		if _, seen := newest[s.Session.Room]; !seen {
			rooms = append(rooms, s.Session.Room)
		}
		newest[s.Session.Room] = s
	}
	var wishes []models.Consent
	for _, room := range rooms {
		in := newest[room]
		wishes = append(wishes, models.Consent{
			Session: in.Session.ID, SpeakerID: p.ID, SpeakerName: in.Speaker.Name, What: what, How: "command", By: control.Operator(),
		})
	}
	if err := putConsents(env, cmd, wishes); err != nil {
		return err
	}
	state := "is no longer transcribed"
	if what == models.ConsentWithdrew {
		state = "is transcribed again"
	}
	env.Printf("%s (%s) %s in %s\n", terminal.Plain(p.name), terminal.Plain(p.ID), state, models.Count(len(rooms), "room"))
	return nil
}

// putConsents stores entries itself or, if a service is running on the record, through that service.
func putConsents(env *cli.Env, cmd *cobra.Command, wishes []models.Consent) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	each := func(put func(context.Context, models.Consent) error) error {
		var errs []error
		for _, w := range wishes {
			errs = append(errs, put(cmd.Context(), w))
		}
		return errors.Join(errs...)
	}
	return app.WriteRecord(cmd.Context(), c, func(db app.Record) error { return each(db.PutConsent) },
		func() error { return each(control.New(c).Object) })
}

func newConsentCommand(env *cli.Env) *cobra.Command {
	var asJSON, asCSV bool
	var room, person string
	cmd := &cobra.Command{
		Use:   "consent [SESSION]",
		Short: "List who was notified of the bot and when, and who objected",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			session := ""
			if len(args) == 1 {
				session = args[0]
			}
			var found []models.Consent
			err := env.WithRecord(cmd, func(db app.Record) (err error) {
				session, room, person, err = findTyped(env, cmd, db, session, room, person)
				if err == nil {
					found, err = db.Consents(cmd.Context(), session, room, person, 100_000)
				}
				return err
			})
			if err != nil {
				return err
			}
			slices.Reverse(found) // oldest first
			switch {
			case asJSON:
				return env.JSON(append([]models.Consent{}, found...))
			case asCSV:
				return export.WriteConsents(env.Stdout, found)
			}
			if len(found) == 0 {
				env.Println("nobody has been notified, and nobody has objected")
				return nil
			}
			return env.Table(consentRows(found))
		},
	}
	cmd.Flags().StringVar(&room, "room", "", "only in this `ROOM`")
	cmd.Flags().StringVar(&person, "person", "", "only this `PERSON`: the name or the identity")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "comma-separated values")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	return cmd
}

// consentWords are the words of the table; JSON and CSV have those of the record.
var consentWords = map[models.ConsentWhat]string{
	models.ConsentTold: "was notified", models.ConsentNotTold: "could not be notified",
	models.ConsentObjected: "objected", models.ConsentWithdrew: "withdrew the objection",
}

func consentRows(found []models.Consent) [][]string {
	rows := [][]string{{"WHEN", "SESSION", "WHO", "WHAT", "HOW", "BY"}}
	for _, c := range found {
		who := cmp.Or(c.SpeakerName, c.SpeakerID, "everyone present")
		rows = append(rows, []string{
			c.At.Local().Format(time.DateTime), c.Session, who, consentWords[c.What], c.How, terminal.OrDash(c.By),
		})
	}
	return rows
}
