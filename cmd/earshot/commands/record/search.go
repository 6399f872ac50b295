package record

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/review/export"
)

// searchFilter selects the lines to search for, as typed.
type searchFilter struct {
	models.SearchQuery
	session, person, since string
}

func newSearchCommand(env *cli.Env) *cobra.Command {
	var asJSON bool
	var f searchFilter
	cmd := &cobra.Command{
		Use:   "search [WORD...]",
		Short: "Find lines by their words, in all sessions",
		Long: `Finds the lines in which all WORDs occur, in any order and case, newest first, as the page's search does.
"A phrase" in quotes is matched exactly, and word* finds words that begin with it. Without words, the filters alone
select the lines.`,
		Example: `  earshot search coin profit
  earshot search '"crypto coin"' --room "Open mic"
  earshot search --person Ben --flagged --since 30d`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Text = strings.Join(args, " ")
			found, err := searchLines(env, cmd, f)
			if err == nil && len(found.Hits) == 0 {
				err = knownRule(env, cmd, f.Rule)
			}
			if err != nil {
				return err
			}
			switch {
			case asJSON:
				return env.JSON(found)
			case len(found.Hits) == 0:
				env.Println("no such lines")
				return nil
			}
			if found.Next != "" {
				defer env.Notef("there are more; --limit shows up to 200, and filters narrow the search")
			}
			return env.Table(hitRows(found.Hits))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the lines, as in the API")
	cmd.Flags().StringVar(&f.session, "session", "", "only in this `SESSION`")
	cmd.Flags().StringVar(&f.Room, "room", "", "only in this `ROOM`: its name or address")
	cmd.Flags().StringVar(&f.person, "person", "", "only of this `PERSON`: the name or the identity")
	cmd.Flags().StringVar(&f.Rule, "rule", "", "only lines that this `RULE` flagged")
	cmd.Flags().BoolVar(&f.Flagged, "flagged", false, "only lines with a flag")
	cmd.Flags().StringVar(&f.since, "since", "", "only lines of the last `TIME`, such as 12h, 30d, 8w, or all")
	cmd.Flags().IntVarP(&f.Limit, "limit", "n", 50, "at most `N` lines, 1 to 200")
	return cmd
}

// searchLines returns the lines that a filter selects. If there is no database yet, it returns an empty list, never nil.
func searchLines(env *cli.Env, cmd *cobra.Command, f searchFilter) (page models.SearchPage, err error) {
	if f.Limit < 1 || f.Limit > 200 {
		return page, cli.BadInput(fmt.Errorf("--limit %d: must be a number from 1 to 200", f.Limit))
	}
	if f.Text == "" && f.session == "" && f.Room == "" && f.person == "" && f.Rule == "" && !f.Flagged && f.since == "" {
		return page, cli.BadInput(models.WithHint(errors.New("nothing to search for"), "name words, or a filter such as --person or --flagged"))
	}
	if f.since != "" {
		if f.From, err = cli.SinceTime(f.since, time.Now()); err != nil {
			return page, cli.BadInput(err)
		}
	}
	page.Hits = []models.SearchHit{}
	db, err := env.ReadRecord(cmd)
	if errors.Is(err, models.ErrNotFound) && f.session == "" && f.person == "" {
		return page, nil
	}
	if err != nil {
		return page, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if f.Session, f.Room, f.Speaker, err = findTyped(env, cmd, db, f.session, f.Room, f.person); err != nil {
		return page, err
	}
	found, err := db.Search(cmd.Context(), f.SearchQuery)
	if errors.Is(err, models.ErrInvalid) {
		err = cli.BadInput(models.WithHint(errors.New("that search can't be read"), "use a few plain words"))
	}
	found.Hits = append(page.Hits, found.Hits...)
	return found, err
}

func hitRows(hits []models.SearchHit) [][]string {
	rows := [][]string{{"WHEN", "ROOM", "SESSION", "AT", "WHO", "LINE", "FLAGGED BY"}}
	for _, h := range hits {
		var line strings.Builder
		for _, p := range h.Snippet {
			line.WriteString(p.Text)
		}
		u := h.Utterance
		rows = append(rows, []string{
			terminal.Minute(h.Said), h.SessionName, u.Session, export.Clock(u.StartMS), u.SpeakerName, line.String(),
			terminal.OrDash(strings.Join(h.Rules, ", ")),
		})
	}
	return rows
}
