package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"earshot/configs/strict"
	"earshot/models"
)

// Group turns cmd into a command that only holds subcommands: on its own it shows its help, and an unknown subcommand is an error with a
// suggestion.
func Group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(subs...)
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return BadInput(unknownCommand(c, args[0]))
	}
	return cmd
}

func unknownCommand(c *cobra.Command, word string) error {
	hint := fmt.Sprintf("%q lists the commands", c.CommandPath()+" --help")
	if near := nearCommand(c, strings.ToLower(word)); near != nil {
		hint = fmt.Sprintf("did you mean %q? %s", near.CommandPath(), hint)
	}
	return models.WithHint(fmt.Errorf("unknown command %q for %q", word, c.CommandPath()), hint)
}

// nearCommand returns the subcommand that a word was most likely meant to be: the most similar one, or the only one of this name among the
// subcommands' own; nil if there is none.
func nearCommand(c *cobra.Command, word string) *cobra.Command {
	named, below := map[string]*cobra.Command{}, map[string][]*cobra.Command{}
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
			continue
		}
		named[sub.Name()] = sub
		for _, also := range sub.SuggestFor {
			named[also] = sub
		}
		for _, inner := range sub.Commands() {
			below[inner.Name()] = append(below[inner.Name()], inner)
		}
	}
	if near := named[strict.Closest(word, slices.Sorted(maps.Keys(named)))]; near != nil {
		return near
	}
	if len(below[word]) == 1 {
		return below[word][0]
	}
	return nil
}

// flagError adds the name of the most similar flag to the error about an unknown flag.
func flagError(c *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, errors.Unwrap(invalid))
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := strict.Closest(unknown.GetSpecifiedName(), names); near != "" {
		return models.WithHint(err, fmt.Sprintf("did you mean \"--%s\"? %q lists the flags", near, c.CommandPath()+" --help"))
	}
	return err
}

// newHelpCommand returns cobra's help command, except that an unknown topic is an error.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about a command or a topic",
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, _ := c.Root().Find(args)
			if found == nil || len(rest) > 0 && found.HasSubCommands() {
				return BadInput(unknownCommand(found, rest[0]))
			}
			found.InitDefaultHelpFlag()
			found.InitDefaultVersionFlag()
			return found.Help()
		},
	}
}

// foldHelp wraps the help of all commands to the width of the terminal.
func foldHelp(e *Env, root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		var text strings.Builder
		c.SetOut(&text)
		help(c, args)
		c.SetOut(nil)
		e.Print(e.Paint().FoldParagraphs(text.String()))
	})
}
