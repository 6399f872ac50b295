package rules

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/configs/strict"
	gallery "earshot/docs/rules-gallery"
	"earshot/models"
	"earshot/moderation/engine"
)

func newRulesList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [FILE...]",
		Short: "List the shipped packs and profiles, or the rules of some",
		Long: `Lists the packs and profiles that are part of Earshot. With files, or the names of packs, it lists their rules together: what
each is for and what it costs, how severe it is, and how far it may go.`,
		Example: "  earshot rules list\n  earshot rules list open-mic\n  earshot rules list my-room.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listPacks(env, loadOptions(env, cmd), asJSON)
			}
			set, err := engine.Load(loadOptions(env, cmd), args...)
			if err != nil {
				return cli.BadInput(rulesHint(err))
			}
			if asJSON {
				return env.JSON(set.Rules())
			}
			rows := [][]string{{"RULE", "LEVEL", "MODE", "FILE", "ABOUT"}}
			for _, r := range set.Rules() {
				rows = append(rows, []string{r.ID, string(r.Level), string(r.Mode), terminal.Plain(r.Pack), terminal.OrDash(terminal.Plain(r.About))})
			}
			return env.Table(rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	return cmd
}

// packJSON is a shipped file in "rules list --json".
type packJSON struct {
	Name    string `json:"name"`
	Profile bool   `json:"profile"` // it defines everything that a room uses
	Rules   int    `json:"rules"`
	About   string `json:"about"`
}

// listPacks prints the packs and profiles shipped with the program.
func listPacks(env *cli.Env, opts engine.LoadOptions, asJSON bool) error {
	var packs []packJSON
	for _, name := range cli.ShippedRules() {
		set, err := engine.Load(opts, name)
		if err != nil {
			return err
		}
		text, err := shippedText(name)
		if err != nil {
			return err
		}
		packs = append(packs, packJSON{
			name, strings.Contains(text, "\nprofile: "), len(set.Rules()), gallery.AboutOf(text),
		})
	}
	if asJSON {
		return env.JSON(packs)
	}
	rows := [][]string{{"NAME", "KIND", "RULES", "ABOUT"}}
	for _, p := range packs {
		kind := "pack"
		if p.Profile {
			kind = "profile"
		}
		rows = append(rows, []string{p.Name, kind, fmt.Sprint(p.Rules), p.About})
	}
	return env.Table(rows)
}

func newRulesShow(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME [RULE]",
		Short: "Print a shipped pack or profile, or one of its rules, as YAML",
		Long: `Prints a file that is part of Earshot, with its comments, to read or to use as a starting point for your own; word lists that it
names are found from there too. With the id of a rule it prints that rule alone.`,
		Example: "  earshot rules show open-mic\n  earshot rules show harassment.en insult\n  earshot rules show open-mic > my-room.yaml",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := shippedText(args[0])
			if err != nil {
				return cli.BadInput(err)
			}
			if len(args) == 2 {
				if text, err = ruleText(loadOptions(env, cmd), args[0], args[1]); err != nil {
					return cli.BadInput(err)
				}
			}
			env.Print(text)
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return cli.ShippedRules(), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// ruleText returns the text of one rule of a shipped file.
func ruleText(opts engine.LoadOptions, name, rule string) (string, error) {
	set, err := engine.Load(opts, name)
	if err != nil {
		return "", err
	}
	text := set.Text(rule)
	if text == "" {
		var ids []string
		for _, r := range set.Rules() {
			ids = append(ids, r.ID)
		}
		return "", models.WithHint(fmt.Errorf("%s has no rule %q%s", name, strict.Shorten(rule), strict.DidYouMean(rule, ids)),
			fmt.Sprintf("%q lists its rules", "earshot rules list "+name))
	}
	return strings.TrimSuffix(text, "\n") + "\n", nil
}

// shippedText returns the text of a shipped file.
func shippedText(name string) (string, error) {
	name = strings.TrimSuffix(name, ".yaml")
	data, err := fs.ReadFile(configs.Rules, "rules/"+name+".yaml")
	if err != nil {
		return "", models.WithHint(fmt.Errorf(
			"no pack or profile is named %q%s", strict.Shorten(name), strict.DidYouMean(name, cli.ShippedRules()),
		),
			`"earshot rules list" lists them; "earshot rules new --list" lists files to start from`)
	}
	return string(data), nil
}
