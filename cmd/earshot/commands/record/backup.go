package record

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/models"
	"earshot/models/store"
)

func newBackupCommand(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the whole record into one file, also while Earshot runs",
		Long: `Writes the record, as it is at this moment, into a new file that only you can read, and proves that the copy is sound. It
holds nothing that was erased before. What is erased later stays in it: keep backups no longer than the record itself.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := env.WithRecord(cmd, func(db app.Record) error { return db.Backup(cmd.Context(), args[0]) })
			if errors.Is(err, fs.ErrExist) {
				return cli.BadInput(err)
			}
			if err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			env.Printf("the record is in %s (%d kB)\nbring it back  earshot restore %s\n", args[0], info.Size()>>10, args[0])
			return nil
		},
	}
}

func newRestoreCommand(env *cli.Env) *cobra.Command {
	how := app.Restoring{By: app.Operator()}
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the record",
		Long: `Puts a backup in the place of the record, after reading it to the end. A record that is there is replaced only when you
say so, and stays beside the new one under another name.

What was taken away since the backup was made is taken away again before anybody can read it: what was erased or redacted,
who may log in, who objected to being written down. The record that is there tells it, and so does the file
earshot.db.removals beside it, which outlives a damaged record. On another machine put that file into data_dir first: without
it nobody knows, and then nobody may log in until you made yourself the owner again.

Links, API keys and logins of the backup never hold again: make new ones on the page Access.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return restore(env, cmd, args[0], how) },
	}
	cmd.Flags().BoolVar(&how.Replace, "replace", false, "take the place of the record that is there")
	cmd.Flags().BoolVar(&how.Logins, "logins", false, "let those log in who could at the time of the backup, where nobody knows who may now")
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
		env.Printf("erased again what was erased since the backup: %s\n", models.Count(r.Erasures, "erasure"))
	}
	if r.Redactions > 0 {
		env.Printf("redacted again what was redacted since the backup: %s\n", models.Count(r.Redactions, "line"))
	}
	if r.Unknown {
		env.Println("nobody knows what was erased, redacted or taken from people since the backup: the record it was made of " +
			"is not here.\nTake it away again yourself, or restore once more with that record's file earshot.db.removals in data_dir.")
	}
	env.Println("links, API keys and logins from before hold no longer: make new ones on the page Access")
	if r.NobodyLogsIn {
		env.Println("nobody may log in: start the service, and \"earshot status --first-login\" prints a link by which you become " +
			"the owner again")
	} else {
		env.Println("who has a password logs in with it")
	}
	if r.Aside != "" {
		env.Printf("the record that was there is %s: remove it when you don't need it\n", r.Aside)
	}
	return nil
}
