package record

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newSessionsShow(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show SESSION",
		Short: "Show the transcript of a session with its flags and gaps",
		Long: `Shows one session: who said what and when, what the rules flagged (▲), and what could not be heard (—).

SESSION is a session's name as "earshot sessions list" prints it, its first characters, a room's name for the newest session there, or
"last" for the newest that anybody was in.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return env.WithRecord(cmd, func(db app.Record) error {
				t, err := readTranscript(cmd.Context(), db, args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return env.JSON(t)
				}
				return t.Print(env.Stdout, env.Paint())
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with words, times and probabilities")
	return cmd
}

// readTranscript returns everything that is shown of the session that a word means.
func readTranscript(ctx context.Context, db app.Record, word string) (terminal.Transcript, error) {
	t := terminal.Transcript{Utterances: []models.Utterance{}, Flags: []models.Flag{}, Gaps: []models.Gap{}}
	var err error
	if t.Session, err = cli.FindSession(ctx, db, word); err != nil {
		return t, err
	}
	id := t.Session.ID
	us, errU := db.Utterances(ctx, id)
	fs, errF := db.Flags(ctx, id)
	gs, errG := db.Gaps(ctx, id)
	t.Utterances, t.Flags, t.Gaps = append(t.Utterances, us...), append(t.Flags, fs...), append(t.Gaps, gs...)
	slices.SortStableFunc(t.Utterances, func(a, b models.Utterance) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return t, errors.Join(errU, errF, errG)
}
