package rooms

import (
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newServersCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "servers",
		Short: "List, allow and forbid the room servers that the running service may be invited to",
		Long: `The bot can be invited to the room servers that the configuration names, and to those that an owner allows here or on the
page. What is allowed here is given no secrets, and is reached at public addresses alone unless --private says otherwise.`,
	}
	return cli.Group(cmd, newServersList(env), newServersAllow(env), newServersForbid(env))
}

func newServersList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the room servers that owners allowed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			found := []models.AllowedServer{}
			if err := app.Ask(cmd.Context(), cfg, http.MethodGet, "/servers", nil, &found); err != nil {
				return err
			}
			if asJSON {
				return env.JSON(found)
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
	var order models.AllowedServer
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
			order.Server = at.Server()
			if err := app.Tell(cmd.Context(), cfg, "/servers", order, nil); err != nil {
				return err
			}
			env.Printf("the bot can be invited to %s; it is given no secrets\n", terminal.Plain(order.Server))
			return nil
		},
	}
	cmd.Flags().BoolVar(&order.Private, "private", false, "the server may be in this private network")
	return cmd
}

func newServersForbid(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "forbid URL",
		Short: "Take that back; the bot leaves the rooms there that it was invited to",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			return app.Ask(cmd.Context(), cfg, http.MethodDelete, "/servers/"+url.PathEscape(args[0]), nil, nil)
		},
	}
}
