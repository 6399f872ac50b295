package cli

import (
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe/modelfile"
)

// completions says what the shell offers for an argument, by the word that stands for it in a command's usage. Nothing
// that was said is offered, so nothing of it gets into a terminal by pressing Tab.
func completions(cmd *cobra.Command, e *Env) {
	words := strings.Fields(cmd.Use)
	if len(words) > 1 && cmd.ValidArgsFunction == nil {
		switch strings.Trim(words[1], "[].…") {
		case "SESSION":
			cmd.ValidArgsFunction = e.completeSession
		case "NAME":
			cmd.ValidArgsFunction = completeModel
		case "URL":
			cmd.ValidArgsFunction = cobra.FixedCompletions(
				[]cobra.Completion{"lounge://", "livekit://", "janus+ws://", "whep+https://"},
				cobra.ShellCompDirectiveNoSpace|cobra.ShellCompDirectiveNoFileComp,
			)
		case "FILE":
			if cmd.HasParent() && cmd.Parent().Name() == "rules" {
				cmd.ValidArgsFunction = completeRules
			}
		default:
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	for _, sub := range cmd.Commands() {
		completions(sub, e)
	}
}

// completeSession offers the newest sessions, and "last". Of a record that can't be read it offers "last" alone.
func (e *Env) completeSession(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	out := []cobra.Completion{"last"}
	db, err := e.ReadRecord(cmd)
	if err != nil {
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	defer db.Close()
	found, _ := db.Sessions(cmd.Context(), models.SessionQuery{Limit: 30})
	for _, s := range found {
		out = append(out, cobra.CompletionWithDesc(s.ID, terminal.Plain(s.Room)))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeRules offers the rules inside the program, besides files.
func completeRules(*cobra.Command, []string, string) (out []cobra.Completion, _ cobra.ShellCompDirective) {
	names, _ := fs.Glob(configs.Rules, "rules/*.yaml") // the pattern is well-formed
	for _, n := range names {
		out = append(out, strings.TrimSuffix(path.Base(n), ".yaml"))
	}
	return out, cobra.ShellCompDirectiveDefault
}

// completeModel offers the models that can be fetched.
func completeModel(*cobra.Command, []string, string) (out []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, m := range modelfile.Known() {
		out = append(out, m.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
