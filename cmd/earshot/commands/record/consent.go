package record

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/export"
)

func newPersonOptOut(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "optout PERSON",
		Short: "Have somebody not written down any more",
		Long: `From now on the sound of this person is dropped before anything looks at it, in every room where they were seen or, with
--room, in one. Others see in the transcript that they are not transcribed. It holds until "earshot person optin", also over
restarts and when everything else about the person is erased. People can do it themselves in lounges and LiveKit rooms:
/optout in the chat.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return object(env, cmd, args[0], models.ConsentObjected)
		},
	}
}

func newPersonOptIn(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "optin PERSON",
		Short: "Have somebody written down again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return object(env, cmd, args[0], models.ConsentWithdrew)
		},
	}
}

// object enters somebody's wish in each room where they were seen, in the newest session there.
func object(env *cli.Env, cmd *cobra.Command, word string, what models.ConsentWhat) error {
	p, err := findPerson(env, cmd, word)
	if models.Readable(err) != nil {
		return err
	}
	newest := map[string]models.PersonIn{}
	var rooms []string
	for _, s := range p.Sessions { // in the order of their start
		if _, seen := newest[s.Session.Room]; !seen {
			rooms = append(rooms, s.Session.Room)
		}
		newest[s.Session.Room] = s
	}
	var wishes []models.Consent
	for _, room := range rooms {
		in := newest[room]
		wishes = append(wishes, models.Consent{
			Session: in.Session.ID, SpeakerID: p.ID, SpeakerName: in.Speaker.Name, What: what, How: "command", By: app.Operator(),
		})
	}
	if err := putConsents(env, cmd, wishes); err != nil {
		return err
	}
	state := "is not written down any more"
	if what == models.ConsentWithdrew {
		state = "is written down again"
	}
	env.Printf("%s (%s) %s in %s\n", terminal.Plain(p.name), terminal.Plain(p.ID), state, models.Count(len(rooms), "room"))
	return nil
}

// putConsents stores entries, or lets the service do it that runs on the record.
func putConsents(env *cli.Env, cmd *cobra.Command, wishes []models.Consent) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	db, err := app.OpenRecord(cmd.Context(), c)
	if errors.Is(err, store.ErrInUse) {
		for _, w := range wishes {
			if err := app.Tell(cmd.Context(), c, "/consents", w, nil); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, w := range wishes {
		errs = append(errs, db.PutConsent(cmd.Context(), w))
	}
	return errors.Join(append(errs, db.Close())...)
}

func newConsentCommand(env *cli.Env) *cobra.Command {
	var asJSON, asCSV bool
	var room, person string
	cmd := &cobra.Command{
		Use:   "consent [SESSION]",
		Short: "List who was told of the bot and when, and who objected",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			session := ""
			if len(args) == 1 {
				session = args[0]
			}
			var found []models.Consent
			err := env.WithRecord(cmd, func(db app.Record) (err error) {
				if session != "" {
					if _, err := db.Session(cmd.Context(), session); err != nil {
						return err
					}
				}
				in, err := env.FindRoom(cmd, db, room)
				if err != nil {
					return err
				}
				found, err = db.Consents(cmd.Context(), session, in, person, 100_000)
				return err
			})
			if err != nil {
				return err
			}
			slices.Reverse(found) // the first first
			switch {
			case asJSON:
				return env.JSON(append([]models.Consent{}, found...))
			case asCSV:
				return export.WriteConsents(env.Stdout, found)
			}
			return env.Table(consentRows(found))
		},
	}
	cmd.Flags().StringVar(&room, "room", "", "only in this `ROOM`")
	cmd.Flags().StringVar(&person, "person", "", "only of this `PERSON`, by the platform's identity")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "a table with commas")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	return cmd
}

func consentRows(found []models.Consent) [][]string {
	rows := [][]string{{"WHEN", "SESSION", "WHO", "WHAT", "HOW", "BY"}}
	for _, c := range found {
		who := cmp.Or(c.SpeakerName, c.SpeakerID, "whoever was there")
		rows = append(rows, []string{
			c.At.Local().Format(time.DateTime), c.Session, who, string(c.What), c.How, terminal.OrDash(c.By),
		})
	}
	return rows
}
