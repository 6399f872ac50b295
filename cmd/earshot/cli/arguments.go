package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"earshot/models"
)

// argumentErrors makes every command report which of its arguments is missing or superfluous, in the words of its usage line.
func argumentErrors(cmd *cobra.Command) {
	if check := cmd.Args; check != nil && cmd.Runnable() && !cmd.HasSubCommands() {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return wrongArguments(c, args, err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		argumentErrors(sub)
	}
}

// listedBy maps a placeholder to the command that lists its possible values.
var listedBy = map[string]string{
	"SESSION": "earshot sessions list", "ROOM": "earshot status", "PERSON": "earshot sessions show last", "FLAG": "earshot flags",
	"KEY": "earshot config show", "TARGET": "earshot notify list", "ID": "earshot schedule list",
}

// wrongArguments returns an error that names the first missing or the first superfluous argument.
func wrongArguments(c *cobra.Command, args []string, err error) error {
	names := strings.Fields(c.Use)[1:]
	optional := func(name string) bool { return strings.HasPrefix(name, "[") }
	required := len(slices.DeleteFunc(slices.Clone(names), optional))
	switch {
	case len(args) < required:
		name := strings.Trim(names[len(args)], ".…")
		hint := fmt.Sprintf("usage: %s", c.UseLine())
		if list := listedBy[name]; list != "" {
			hint += fmt.Sprintf("; %q lists what there is", list)
		}
		return models.WithHint(fmt.Errorf("%s is missing", name), hint)
	case len(args) > len(names):
		return models.WithHint(fmt.Errorf("unexpected argument %q", args[len(names)]), fmt.Sprintf("usage: %s", c.UseLine()))
	}
	return err
}

// together matches cobra's error for mutually exclusive flags; its last list holds the flags that were given.
var together = regexp.MustCompile(`^if any flags in the group .* none of the others can be; \[(.+)\] were all set$`)

// plainGroup rewords cobra's error for mutually exclusive flags.
func plainGroup(err error) error {
	if m := together.FindStringSubmatch(err.Error()); m != nil {
		return errors.New("--" + strings.Join(strings.Fields(m[1]), " and --") + " can't be used together")
	}
	return err
}

// asJSON reports whether a command line asked for JSON, even if parsing it failed halfway.
func asJSON(c *cobra.Command, args []string) bool {
	f := c.Flags().Lookup("json")
	return f != nil && (f.Value.String() == "true" || slices.Contains(args, "--json"))
}
