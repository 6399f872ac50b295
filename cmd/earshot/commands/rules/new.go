package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/configs/strict"
	gallery "earshot/docs/rules-gallery"
	"earshot/models"
	"earshot/moderation/engine"
)

func newRulesNew(env *cli.Env) *cobra.Command {
	var from string
	var list bool
	cmd := &cobra.Command{
		Use:   "new [FILE]",
		Short: "Create a rule file from a template for a kind of room",
		Long: `Writes a commented rule file with checks for one kind of room, for you to adapt: swearing, debate, kids, recovery, calls, trading,
classroom and others; --list shows all. FILE defaults to NAME.yaml in the current folder. An existing file is never overwritten.
The new file is checked at once. Exits with code 3 if one of its checks fails.

The file is used together with the shipped rules. To change those instead, start from a copy:
"earshot rules show open-mic > my-room.yaml".`,
		Example: `  earshot rules new --list
  earshot rules new --from swearing
  earshot rules new --from classroom my-class.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listGallery(env)
			}
			text, err := galleryFile(from)
			if err != nil {
				return cli.BadInput(err)
			}
			name := from + ".yaml"
			if len(args) > 0 {
				name = args[0]
			}
			if err := writeNew(name, text); err != nil {
				return cli.BadInput(err)
			}
			return tellNew(env, loadOptions(env, cmd), name)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "`NAME` of the template; see --list")
	cmd.Flags().BoolVar(&list, "list", false, "list the templates")
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(gallery.Names(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// listGallery prints the templates.
func listGallery(env *cli.Env) error {
	rows := [][]string{{"NAME", "FOR"}}
	for _, name := range gallery.Names() {
		rows = append(rows, []string{name, gallery.About(name)})
	}
	return env.Table(rows)
}

// galleryFile returns the template with the given name.
func galleryFile(name string) ([]byte, error) {
	if name == "" {
		return nil, models.WithHint(errors.New("--from is required: the name of a template"), `"earshot rules new --list" lists them`)
	}
	text, err := gallery.File(name)
	if err != nil {
		return nil, models.WithHint(fmt.Errorf("no template is named %q%s", name, strict.DidYouMean(name, gallery.Names())),
			`"earshot rules new --list" lists them`)
	}
	return text, nil
}

// writeNew writes a file, and fails if it already exists.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return models.WithHint(fmt.Errorf("%s exists already, and was not changed", name), "choose another file name")
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name)) // don't leave half a file
	}
	return nil
}

// tellNew checks a file that was just written, and prints what to do next.
func tellNew(env *cli.Env, opts engine.LoadOptions, name string) error {
	set, err := engine.Load(opts, name)
	if err != nil {
		return cli.BadInput(rulesHint(err))
	}
	results, err := engine.RunChecks(opts, false, name)
	if err != nil {
		return cli.BadInput(rulesHint(err))
	}
	own, failed := 0, 0
	for _, r := range results {
		if r.File != name {
			continue
		}
		if own++; len(r.Failures) > 0 {
			failed++
		}
	}
	if failed > 0 {
		return cli.ChecksFailed(fmt.Errorf("wrote %s, but %d of its %d checks failed", name, failed, own))
	}
	plain := terminal.Plain(name)
	env.Printf("Wrote %s: %s, mode %s; its %d checks pass.\n\nNext:\n", plain, models.Count(len(set.Rules()), "rule"), set.Mode(), own)
	env.Printf("  change its words, then        earshot rules test %s\n", plain)
	env.Printf("  see how it judges a phrase    earshot rules try %s --text \"…\"\n", plain)
	env.Printf("  see what it would have done   earshot rules replay --since 30d %s\n", plain)
	env.Printf("  put it into use               rules: [open-mic, %s] in the configuration file (see earshot config path)\n", plain)
	return nil
}
