package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"earshot/configs/strict"
	"earshot/models"
)

// Group makes a command that only holds others: alone it shows its help, and an unknown word below it is an error with
// a suggestion.
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
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := fmt.Sprintf("%q lists the commands", c.CommandPath()+" --help")
	if near := strict.Closest(strings.ToLower(word), names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", c.CommandPath()+" "+near, hint)
	}
	return models.WithHint(fmt.Errorf("unknown command %q for %q", word, c.CommandPath()), hint)
}

// flagError adds the nearest flag's name to the error of an unknown one.
func flagError(c *cobra.Command, err error) error {
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

// newHelpCommand is cobra's, but an unknown topic is an error.
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
