package record

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/models/store"
)

func newCheckCommand(env *cli.Env) *cobra.Command {
	removals, asJSON := false, false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Verify the whole database",
		Long: `Runs SQLite's check of pages and indexes, and checks the search index, orphaned rows, and the hash-chained list of removals.
Keep a copy of its last hash elsewhere, so that a shortened list is noticed. It also works while Earshot runs, without the
search index.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return check(env, cmd, removals, asJSON) },
	}
	cmd.Flags().BoolVar(&removals, "removals", false, "list what was removed, when and by whom")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the result of every check")
	return cmd
}

// check checks the record and prints the findings.
func check(env *cli.Env, cmd *cobra.Command, removals, asJSON bool) (err error) {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	db, err := app.ReadRecord(ctx, c) // reports what is wrong without changing anything
	if err != nil {
		return err
	}
	writer, err := app.OpenRecord(ctx, c)
	switch {
	case err == nil:
		err = db.Close()
		db = writer
	case errors.Is(err, store.ErrInUse):
		err = nil
		env.Notef("another Earshot process is using the database: the search index is not checked")
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	found := checkAll(ctx, db)
	if !removals {
		found.Removals = nil
	}
	if asJSON {
		err = env.JSON(found)
	} else {
		err = printChecks(env, found)
	}
	if err := errors.Join(err, found.failed(app.Database(c))); err != nil {
		return err
	}
	if c.Database != "" {
		env.Notef("what was erased stays in backups, standbys and archives of the server's log for as long as those are kept")
	}
	return nil
}

// checked is the result of checking a database.
type checked struct {
	Checks []checkResult `json:"checks"`
	// Removals is filled only if requested.
	Removals []models.Removal `json:"removals,omitempty"`
}

// checkResult is the result of one check. Problem is empty if it passed; only then may Detail be set.
type checkResult struct {
	Check   string `json:"check"`
	OK      bool   `json:"ok"`
	Detail  string `json:"detail,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// checkAll runs every check, even after one has failed.
func checkAll(ctx context.Context, db app.Record) (found checked) {
	tell := func(what, good string, err error) {
		r := checkResult{Check: what, OK: err == nil, Detail: good}
		if err != nil {
			r.Detail, r.Problem = "", err.Error()
		}
		found.Checks = append(found.Checks, r)
	}
	tell("pages, indexes and references", "", db.Check(ctx))
	orphans, err := db.Orphans(ctx)
	for _, o := range orphans {
		err = errors.Join(err, errors.New(o))
	}
	tell("orphaned rows", "none", err)
	waiting, err := db.ExportsWaiting(ctx)
	good := "none waits to be removed"
	if waiting > 0 {
		good = models.Count(waiting, "session") + " of which something was erased: the service that exported them removes them when it runs; " +
			"if it is gone for good, remove them by hand"
	}
	tell("exported files", good, err)
	last, err := db.CheckRemovals(ctx)
	all, errList := db.Removals(ctx)
	good = "nothing has been removed yet"
	if len(all) > 0 {
		good = fmt.Sprintf("%d, last hash %s", len(all), last)
	}
	tell("list of removals", good, errors.Join(err, errList))
	found.Removals = all
	return found
}

// printChecks prints a line per check, and the removals.
func printChecks(env *cli.Env, found checked) error {
	for _, r := range found.Checks {
		switch {
		case !r.OK:
			env.Printf("%s  %s: %s\n", env.Paint().Alert("bad"), r.Check, r.Problem)
		case r.Detail != "":
			env.Printf("ok   %s: %s\n", r.Check, r.Detail)
		default:
			env.Printf("ok   %s\n", r.Check)
		}
	}
	if len(found.Removals) == 0 {
		return nil
	}
	return env.Table(removalRows(found.Removals))
}

// failed returns an error that says how many checks failed and where, or nil if none did.
func (c checked) failed(where string) error {
	failed := len(slices.DeleteFunc(slices.Clone(c.Checks), func(r checkResult) bool { return r.OK }))
	if failed == 0 {
		return nil
	}
	return cli.ChecksFailed(models.WithHint(fmt.Errorf("%s of %s failed", models.Count(failed, "check"), where),
		`copy the data folder, then restore a backup with "earshot restore FILE --replace"`))
}

func removalRows(all []models.Removal) [][]string {
	rows := [][]string{{"WHEN", "BY", "REMOVED", "OF", "ROWS"}}
	for _, r := range all {
		rows = append(rows, []string{terminal.Minute(r.At), terminal.OrDash(r.By), r.What, r.Target, fmt.Sprint(r.Rows)})
	}
	return rows
}
