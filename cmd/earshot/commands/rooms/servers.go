package rooms

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newServersCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "servers",
		Short: "Manage the room servers that the running service may be invited to",
		Long: `The bot can be invited to the room servers named in the configuration, and to those that an owner allows here or on the web page.
Servers allowed here are sent no secrets, and are reached only at public addresses unless --private is given.`,
	}
	return cli.Group(cmd, newServersList(env), newServersAllow(env), newServersForbid(env))
}

func newServersList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the room servers that owners have allowed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			found, err := control.New(cfg).Servers(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(found)
			}
			if len(found) == 0 {
				env.Println("no servers are allowed besides those in the configuration")
				return nil
			}
			rows := [][]string{{"SERVER", "REACHED AT", "ALLOWED BY", "SINCE"}}
			for _, s := range found {
				reach := "public addresses"
				if s.Private {
					reach = "private addresses too"
				}
				rows = append(rows, []string{s.Server, reach, terminal.Plain(s.By), s.At.Local().Format(time.DateTime)})
			}
			return env.Table(rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	return cmd
}

func newServersAllow(env *cli.Env) *cobra.Command {
	var private bool
	cmd := &cobra.Command{
		Use:     "allow URL",
		Short:   "Allow the bot to be invited to a room server",
		Example: "  earshot servers allow whep+https://media.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			at, err := models.ParseServer(args[0])
			if err != nil {
				return cli.BadInput(err)
			}
			if err := control.New(cfg).AllowServer(cmd.Context(), at.Server(), private); err != nil {
				return err
			}
			env.Printf("the bot can be invited to %s; no secrets are sent to it\n", terminal.Plain(at.Server()))
			return nil
		},
	}
	cmd.Flags().BoolVar(&private, "private", false, "also allow private network addresses")
	return cmd
}

func newServersForbid(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:        "forbid URL",
		Short:      "Disallow a room server; the bot leaves its rooms",
		SuggestFor: []string{"remove", "disallow", "deny"},
		Args:       cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			at, err := models.ParseServer(args[0])
			if err != nil {
				return cli.BadInput(err)
			}
			err = control.New(cfg).ForbidServer(cmd.Context(), at.Server())
			if err != nil {
				return models.WithHint(err, cmp.Or(models.Hint(err), `"earshot servers list" lists those that are allowed`))
			}
			env.Printf("the bot can no longer be invited to %s, and leaves its rooms\n", terminal.Plain(at.Server()))
			return nil
		},
	}
}
