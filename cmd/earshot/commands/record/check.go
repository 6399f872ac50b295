package record

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/models/store"
)

func newCheckCommand(env *cli.Env) *cobra.Command {
	removals := false
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Read the whole record and say whether it is sound",
		Long: `Reads the record to the end: SQLite's own check of pages and indexes, the search index, rows that belong to nothing, and
the list of what was removed, whose entries hold each other's hashes. Note its last hash somewhere else, and nobody can
shorten the list without being seen. Also while Earshot runs; the search index is left out then.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return check(env, cmd, removals) },
	}
	cmd.Flags().BoolVar(&removals, "removals", false, "list what was removed, when and by whom")
	return cmd
}

// check prints a line for each check; it goes on after one that failed.
func check(env *cli.Env, cmd *cobra.Command, removals bool) (err error) {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	db, err := app.ReadRecord(ctx, c) // says what is wrong without changing anything
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
		env.Notef("another Earshot has the record: its search index is not checked")
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return checkAll(ctx, env, db, removals)
}

func checkAll(ctx context.Context, env *cli.Env, db app.Record, removals bool) error {
	failed := 0
	tell := func(what, good string, err error) {
		if err != nil {
			failed++
			env.Printf("%s  %s: %v\n", env.Paint().Alert("bad"), what, err)
			return
		}
		env.Printf("ok   %s%s\n", what, good)
	}
	tell("pages, indexes and references", "", db.Check(ctx))
	orphans, err := db.Orphans(ctx)
	for _, o := range orphans {
		err = errors.Join(err, errors.New(o))
	}
	tell("rows that belong to nothing", ": none", err)
	last, err := db.CheckRemovals(ctx)
	all, errList := db.Removals(ctx)
	good := ": nothing was removed yet"
	if len(all) > 0 {
		good = fmt.Sprintf(": %d, the last hash is %s", len(all), last)
	}
	tell("the list of removals", good, errors.Join(err, errList))
	if removals && len(all) > 0 {
		if err := env.Table(removalRows(all)); err != nil {
			return err
		}
	}
	if failed > 0 {
		return cli.ChecksFailed(models.WithHint(fmt.Errorf("%s of %s failed", models.Count(failed, "check"), db.Path()),
			`make a copy of the data folder, then "earshot restore FILE --replace" with a backup`))
	}
	return nil
}

func removalRows(all []models.Removal) [][]string {
	rows := [][]string{{"WHEN", "BY", "REMOVED", "OF", "ROWS"}}
	for _, r := range all {
		rows = append(rows, []string{terminal.Minute(r.At), terminal.OrDash(r.By), r.What, r.Target, fmt.Sprint(r.Rows)})
	}
	return rows
}
