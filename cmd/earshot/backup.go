package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"earshot/models"
	"earshot/models/sqlite"
)

func newBackupCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the whole record into one file, also while Earshot runs",
		Long: `Writes the record, as it is at this moment, into a new file that only you can read, and proves that the copy is sound. It
holds nothing that was erased before. What is erased later stays in it: keep backups no longer than the record itself.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := a.openStore(cmd)
			if err != nil {
				return err
			}
			if err := errors.Join(store.Backup(cmd.Context(), args[0]), store.Close()); err != nil {
				if errors.Is(err, fs.ErrExist) {
					return badInput(err)
				}
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "the record is in %s (%d kB)\nbring it back  earshot restore %s\n", args[0], info.Size()>>10, args[0])
			return err
		},
	}
}

func newRestoreCommand(a *app) *cobra.Command {
	replace := false
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the record",
		Long: `Puts a backup in the place of the record, after reading it to the end. A record that is there is replaced only when you
say so, and stays beside the new one under another name. What was erased since the backup was made is erased again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.restore(cmd, args[0], replace) },
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "take the place of the record that is there")
	return cmd
}

func (a *app) restore(cmd *cobra.Command, file string, replace bool) error {
	c, err := a.config(cmd)
	if err != nil {
		return err
	}
	r, err := sqlite.Restore(cmd.Context(), file, database(c), replace)
	switch {
	case errors.Is(err, fs.ErrExist), errors.Is(err, models.ErrNotFound), errors.Is(err, sqlite.ErrForeign):
		return badInput(err)
	case err != nil:
		return err
	}
	fmt.Fprintf(a.stdout, "restored %s\n", database(c))
	if r.Again > 0 {
		fmt.Fprintf(a.stdout, "erased again what was erased since the backup: %s\n", models.Count(r.Again, "erasure"))
	}
	if r.Aside != "" {
		fmt.Fprintf(a.stdout, "the record that was there is %s: remove it when you don't need it\n", r.Aside)
	}
	return nil
}
