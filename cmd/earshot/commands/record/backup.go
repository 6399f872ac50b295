package record

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/models"
	"earshot/models/store"
)

func newBackupCommand(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Back up the database to one file, even while Earshot runs",
		Long: `Writes the database as it is now to a new file that only you can read, and verifies the copy. It contains nothing that has been
erased. Whatever is erased later stays in the backup: keep backups no longer than the database itself.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := env.WithRecord(cmd, func(db app.Record) error {
				local, ok := db.(store.Embedded)
				if !ok {
					return cli.BadInput(models.WithHint(errors.New("the database is kept by PostgreSQL, which makes its own backups"),
						"pg_dump --format=custom --file=FILE DATABASE"))
				}
				return local.Backup(cmd.Context(), args[0])
			})
			if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) { // the file exists, or its folder does not
				return cli.BadInput(err)
			}
			if err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			env.Printf("backup written to %s (%d kB)\nto restore it:  earshot restore %s\n", args[0], info.Size()>>10, args[0])
			return nil
		},
	}
}

func newRestoreCommand(env *cli.Env) *cobra.Command {
	how := app.Restoring{By: control.Operator()}
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Replace the database with a backup",
		Long: `Verifies a backup completely and puts it in place of the database. An existing database is replaced only with --replace, and is
kept next to the new one under another name.

Whatever was removed since the backup is removed again before anybody can read it: erased or redacted data, revoked access, and
people who objected to being transcribed. This comes from the existing database and from the file earshot.db.removals next to
it, which survives a damaged database. On another machine, copy that file into data_dir first: without it the removals are
unknown, and nobody can log in until you create the owner account again.

Links, API keys and logins from the backup are never valid again: create new ones on the Access page.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return restore(env, cmd, args[0], how) },
	}
	cmd.Flags().BoolVar(&how.Replace, "replace", false, "replace the existing database")
	cmd.Flags().BoolVar(
		&how.Logins, "logins", false, "if current access is unknown, keep the access that people had at the time of the backup",
	)
	return cmd
}

func restore(env *cli.Env, cmd *cobra.Command, file string, how app.Restoring) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	r, err := app.Restore(cmd.Context(), file, c, how)
	switch {
	case errors.Is(err, fs.ErrExist), errors.Is(err, models.ErrNotFound), errors.Is(err, store.ErrForeign):
		return cli.BadInput(err)
	case err != nil:
		return err
	}
	env.Printf("restored %s\n", app.Database(c))
	if r.Erasures > 0 {
		env.Printf("erased again: %s made since the backup\n", models.Count(r.Erasures, "erasure"))
	}
	if r.Redactions > 0 {
		env.Printf("redacted again: %s redacted since the backup\n", models.Count(r.Redactions, "line"))
	}
	if r.Unknown {
		env.Println("what was erased, redacted or revoked since the backup is unknown: the database it was made from " +
			"is not here.\nRemove it again yourself, or restore once more with that database's file earshot.db.removals in data_dir.")
	}
	env.Println("earlier links, API keys and logins are no longer valid: create new ones on the Access page")
	if r.NobodyLogsIn {
		env.Println("nobody may log in: start the service, and \"earshot status --first-login\" prints a link " +
			"to create the owner account")
	} else {
		env.Println("people with a password can log in with it")
	}
	if r.Aside != "" {
		env.Printf("the previous database is kept as %s: remove it when you no longer need it\n", r.Aside)
	}
	return nil
}
