package record

import (
	"errors"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/models"
)

func newMoveCommand(env *cli.Env) *cobra.Command {
	var to, from string
	cmd := &cobra.Command{
		Use:   "move",
		Short: "Copy the database from SQLite to PostgreSQL, or back",
		Long: `Copies everything in the SQLite database of data_dir to an empty PostgreSQL database (--to), or from there to a new SQLite
database (--from), and compares the number and the hash of the rows of each table. The list of what was removed is copied too.
Stop the service first.

If it is interrupted, run it again: it continues where it stopped, and until then Earshot refuses to open the copy. The
original is left unchanged: remove it when you no longer need it, since whatever you erase from now on remains in it.

The password is read from database_password_file, PGPASSWORD or ~/.pgpass.`,
		Example: "  earshot move --to postgres://earshot@db.example/earshot\n  earshot move --from postgres://earshot@db.example/earshot",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return move(env, cmd, to, from) },
	}
	cmd.Flags().StringVar(&to, "to", "", "copy the SQLite database to this PostgreSQL `URL`")
	cmd.Flags().StringVar(&from, "from", "", "copy this PostgreSQL `URL` to a SQLite database")
	return cmd
}

func move(env *cli.Env, cmd *cobra.Command, to, from string) error {
	if (to == "") == (from == "") {
		return cli.BadInput(models.WithHint(errors.New("either --to or --from is needed, not both"),
			"earshot move --to postgres://USER@HOST/DATABASE copies to PostgreSQL, --from back"))
	}
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	bar := env.Progress(-1, "rows copied and compared")
	m, err := app.Move(cmd.Context(), c, to+from, from != "", func(done, all int) {
		bar.Total(int64(all))
		bar.Done(int64(done))
	})
	bar.Close()
	switch {
	case errors.Is(err, models.ErrConflict):
		return cli.BadInput(err)
	case err != nil:
		return err
	}
	how := ""
	if m.Resumed {
		how = ", completing an interrupted move"
	}
	env.Printf("copied and verified %s%s\n", models.Count(m.Rows, "row"), how)
	if to != "" {
		env.Printf("to use it, set in the configuration:  database: %s\n", to)
	} else {
		env.Printf("to use it, remove the setting database; it is in %s\n", c.DataDir)
	}
	return nil
}
