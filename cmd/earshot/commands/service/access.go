package service

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/review/auth"
)

func newAccessCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Manage access to the web page: people and API keys",
		Long: `Manages who may open the web page, like its "Access" page. Changes apply to a running service at once: the open pages and
streams of a person who is removed end. Names and keys are as shown by "earshot access list".`,
	}
	return cli.Group(
		cmd, newAccessList(env), newAccessAdd(env), newAccessLink(env), newAccessRemove(env), newAccessKey(env), newAccessRevoke(env),
	)
}

func newAccessList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List people with access, and API keys", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withMembers(env, cmd, func(m app.Membership) error {
				found, err := m.List(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return env.JSON(found)
				}
				if len(found.Users) == 0 {
					env.Println(`nobody yet: create the owner account first, see "earshot status --first-login"`)
					return nil
				}
				return env.Table(accessRows(found))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func accessRows(found control.AccessList) [][]string {
	rows := [][]string{{"WHO", "KEY", "ACCESS", "ROOMS", "SINCE"}}
	for _, u := range found.Users {
		grants := map[models.Access][]string{}
		for room, access := range u.Rooms {
			grants[access] = append(grants[access], terminal.Plain(room))
		}
		if u.Access != models.AccessNone || len(grants) == 0 {
			rows = append(rows, []string{terminal.Plain(u.Name), "-", terminal.OrDash(string(u.Access)), "all", since(u.Created)})
		}
		for _, access := range slices.Sorted(maps.Keys(grants)) {
			slices.Sort(grants[access])
			rooms := strings.Join(grants[access], " ")
			rows = append(rows, []string{terminal.Plain(u.Name), "-", string(access), rooms, since(u.Created)})
		}
	}
	for _, k := range found.Keys {
		rooms := "all"
		if len(k.Rooms) > 0 {
			rooms = terminal.Plain(strings.Join(k.Rooms, " "))
		}
		rows = append(rows, []string{terminal.Plain(k.Label) + " of " + terminal.Plain(k.By), k.ID, string(k.Access), rooms, since(k.Created)})
	}
	return rows
}

func since(t time.Time) string { return t.Local().Format(time.DateOnly) }

func newAccessAdd(env *cli.Env) *cobra.Command {
	var n auth.NewUser
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Give a person access and print a one-time login link", Args: cobra.ExactArgs(1),
		Example: "  earshot access add Lee --access reviewer --room lounge",
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name = args[0]
			return printLogin(env, cmd, func(m app.Membership) (control.Link, error) { return m.Add(cmd.Context(), n) })
		},
	}
	grantFlags(cmd, &n.Access, &n.Rooms)
	return cmd
}

func grantFlags(cmd *cobra.Command, access *models.Access, rooms *[]string) {
	cmd.Flags().StringVar((*string)(access), "access", string(models.AccessViewer), "access `LEVEL`: viewer, reviewer, host or owner")
	cmd.Flags().StringArrayVar(rooms, "room", nil, "only in this `ROOM`, as \"earshot sessions list\" names it; may be repeated")
}

// printLogin prints the login link that link returns.
func printLogin(env *cli.Env, cmd *cobra.Command, link func(m app.Membership) (control.Link, error)) error {
	return withMembers(env, cmd, func(m app.Membership) error {
		l, err := link(m)
		if err != nil {
			return err
		}
		env.Println(terminal.Plain(l.Link))
		env.Tellf("logs them in once, until %s", l.Expires.Local().Format(time.DateTime))
		return nil
	})
}

func newAccessLink(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use: "link NAME", Short: "Print another one-time login link", Args: cobra.ExactArgs(1),
		Long: "The link works even if they forgot their password, or are locked out after failed logins.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return printLogin(env, cmd, func(m app.Membership) (control.Link, error) { return m.Link(cmd.Context(), args[0]) })
		},
	}
}

func newAccessRemove(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a person's access", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withMembers(env, cmd, func(m app.Membership) error { return m.Remove(cmd.Context(), args[0]) })
		},
	}
}

func newAccessKey(env *cli.Env) *cobra.Command {
	var o control.KeyOrder
	var asJSON bool
	cmd := &cobra.Command{
		Use: "key LABEL", Short: "Create an API key and print it once", Args: cobra.ExactArgs(1),
		Long: "A key never has more access than its user, and is valid until it is revoked. Programs send it as \"Authorization: Bearer KEY\".",
		Example: `  earshot access key captions --room lounge
  earshot access key prometheus`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Label = args[0]
			return withMembers(env, cmd, func(m app.Membership) error {
				made, err := m.Key(cmd.Context(), o)
				switch {
				case err != nil:
					return err
				case asJSON:
					return env.JSON(made)
				}
				env.Printf("%s\n", made.Secret)
				env.Tellf("\"earshot access revoke %s\" revokes it", made.Key.ID)
				return nil
			})
		},
	}
	grantFlags(cmd, &o.Access, &o.Rooms)
	cmd.Flags().StringVar(&o.User, "user", "", "`NAME` of the user the key belongs to (default: an owner)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func newAccessRevoke(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use: "revoke KEY", Short: "Revoke an API key", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withMembers(env, cmd, func(m app.Membership) error { return m.Revoke(cmd.Context(), args[0]) })
		},
	}
}

// withMembers calls do with the members in the command's record.
func withMembers(env *cli.Env, cmd *cobra.Command, do func(m app.Membership) error) error {
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	err = app.WithMembers(cmd.Context(), c, do)
	if errors.Is(err, models.ErrNotFound) { // no such user or key
		err = models.WithHint(cli.BadInput(err), cmp.Or(models.Hint(err), `"earshot access list" lists people and keys`))
	}
	return err
}
