package record

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/explain"
)

// flagFilter selects the flags to list.
type flagFilter struct {
	models.FlagQuery
	session, person string // as typed
	all             bool
}

func newFlagsCommand(env *cli.Env) *cobra.Command {
	var asJSON, show bool
	var f flagFilter
	cmd := &cobra.Command{
		Use:   "flags [SESSION]",
		Short: "List flags: the open ones, or all",
		Long: `Lists the flags waiting for a decision, newest first, of one session or of all; --all adds the decided ones after them. It reads
the database, so it works without a running service. The words that matched are masked; --show reveals them.

"earshot queue answer FLAG" decides a flag, "earshot rules explain FLAG" explains it.`,
		Example: "  earshot flags\n  earshot flags last --all\n  earshot flags --room \"Open mic\" --person Ana",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.Limit < 1 || f.Limit > 1000 {
				return cli.BadInput(fmt.Errorf("--limit %d: must be a number from 1 to 1000", f.Limit))
			}
			f.session = strings.Join(args, "")
			found, err := listFlags(env, cmd, f)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				if err := knownRule(env, cmd, f.Rule); err != nil {
					return err
				}
			}
			if !show {
				maskFlags(env, cmd, found)
			}
			switch {
			case asJSON:
				return env.JSON(found)
			case len(found) == 0 && f.all:
				env.Println("no flags")
			case len(found) == 0:
				env.Println("no open flags; --all lists the decided ones too")
			default:
				return env.Table(flagRows(found))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array of flags, with their rooms, decisions and actions")
	cmd.Flags().BoolVar(&show, "show", false, "show what was said")
	cmd.Flags().BoolVar(&f.all, "all", false, "also decided flags, after the open ones")
	cmd.Flags().StringVar(&f.Room, "room", "", "only in this `ROOM`: its name or address")
	cmd.Flags().StringVar(&f.Rule, "rule", "", "only of this `RULE`")
	cmd.Flags().StringVar(&f.person, "person", "", "only of this `PERSON`: the name or the identity")
	cmd.Flags().IntVarP(&f.Limit, "limit", "n", 100, "at most `N` flags, 1 to 1000")
	return cmd
}

// listedFlag is a flag and the room where it was raised; in JSON, the fields of the flag are at the top level.
type listedFlag struct {
	explain.Explanation
	Room     string `json:"room"`
	RoomName string `json:"room_name"`
}

func listed(p models.FlagPlace) listedFlag {
	return listedFlag{
		explain.Explanation{Flag: p.Flag, Text: p.Utterance.Text, Decision: p.Decision, Actions: append([]models.Action{}, p.Actions...)},
		p.Session.Room, terminal.RoomName(p.Session),
	}
}

// listFlags returns the flags that a filter selects, open ones first. If there is no database yet, it returns an empty list, never nil.
func listFlags(env *cli.Env, cmd *cobra.Command, f flagFilter) (out []listedFlag, err error) {
	out = []listedFlag{}
	db, err := env.ReadRecord(cmd)
	if errors.Is(err, models.ErrNotFound) && f.session == "" && f.person == "" {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := f.resolve(env, cmd, db); err != nil {
		return nil, err
	}
	for _, status := range f.statuses() {
		q := f.FlagQuery
		q.Status, q.Limit = status, f.Limit-len(out)
		if q.Limit == 0 {
			break
		}
		found, err := db.FindFlags(cmd.Context(), q)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			out = append(out, listed(p))
		}
	}
	return out, nil
}

// statuses returns the statuses to list, in order.
func (f flagFilter) statuses() []models.FlagStatus {
	if f.all {
		return []models.FlagStatus{models.FlagOpen, models.FlagConfirmed, models.FlagDismissed}
	}
	return []models.FlagStatus{models.FlagOpen}
}

// resolve replaces the session, room and person that were typed by their ids.
func (f *flagFilter) resolve(env *cli.Env, cmd *cobra.Command, db app.Record) (err error) {
	f.Session, f.Room, f.Speaker, err = findTyped(env, cmd, db, f.session, f.Room, f.person)
	return err
}

// findTyped returns the ids of a session, a room and a person as typed; it returns "" for "".
func findTyped(
	env *cli.Env, cmd *cobra.Command, db app.Record, session, room, person string,
) (sessionID, roomID, speakerID string, err error) {
	if roomID, err = env.FindRoom(cmd, db, room); err != nil {
		return "", "", "", err
	}
	if session != "" {
		info, err := cli.FindSession(cmd.Context(), db, session)
		if err != nil {
			return "", "", "", err
		}
		sessionID = info.ID
	}
	if person != "" {
		who, err := identity(cmd.Context(), db, person)
		if err != nil {
			return "", "", "", err
		}
		speakerID = who.ID
	}
	return sessionID, roomID, speakerID, nil
}

// knownRule returns an error if the rules in use don't contain the rule. Without it, a mistyped rule would look like one that has flagged
// nothing.
func knownRule(env *cli.Env, cmd *cobra.Command, rule string) error {
	cfg, err := env.Config(cmd)
	if rule == "" || err != nil {
		return err
	}
	var names []string
	profiles := append([]string{""}, cfg.ProfileNames()...)
	for _, profile := range profiles {
		set, err := app.RulesOf(cfg, profile)
		if err != nil {
			return nil //nolint:nilerr // broken rules are no reason to refuse a list
		}
		for _, r := range set.Rules() {
			names = append(names, r.ID)
		}
	}
	if slices.Contains(names, rule) {
		return nil
	}
	return models.WithHint(cli.BadInput(fmt.Errorf("no rule is named %q%s", rule, cli.DidYouMean(rule, names))),
		`"earshot rules list PACK" lists the rules of a pack or file`)
}

// maskFlags masks what was said. Where the rules are gone or broken, it masks only what matched.
func maskFlags(env *cli.Env, cmd *cobra.Command, found []listedFlag) {
	cfg, err := env.Config(cmd)
	if err != nil {
		return
	}
	set, _ := app.RulesOf(cfg, "")
	for i := range found {
		found[i].Mask(set)
	}
}

func flagRows(found []listedFlag) [][]string {
	rows := [][]string{{"FLAG", "WHEN", "ROOM", "WHO", "RULE", "LEVEL", "STATUS", "WORDS"}}
	for _, f := range found {
		var words []string
		for _, w := range f.Matched {
			words = append(words, strings.TrimSpace(w.Text))
		}
		status := string(f.Status)
		if f.Status != models.FlagOpen && f.DecidedBy != "" {
			status += " by " + f.DecidedBy
		}
		rows = append(rows, []string{
			f.ID, terminal.Minute(f.Created), f.RoomName, f.SpeakerName, cmp.Or(f.Title, f.Rule), string(f.Level), status,
			terminal.OrDash(strings.Join(words, " ")),
		})
	}
	return rows
}
