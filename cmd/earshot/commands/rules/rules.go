// Package rules provides the commands that check, try and explain rule files.
package rules

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands returns the commands of this theme: "earshot rules".
func Commands(env *cli.Env) []*cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Check, test, try and replay rule files",
		Long: `Rule files define what is flagged in a room. Give a file by its path, and a pack or profile shipped with Earshot by its name
(see "earshot rules list").

Words from word lists are masked in the output (i••••); --show shows them.`,
		Example: `  earshot rules list
  earshot rules new --from swearing
  earshot rules check my-room.yaml
  earshot rules test my-room.yaml
  earshot rules try open-mic --text "buy this coin now, guaranteed profit"`,
	}
	cli.SettingFlag(cmd.PersistentFlags(), "text-model", "text_model", "text model `FILE` for rules with means:")
	_ = cmd.MarkPersistentFlagFilename("text-model", "bin")
	return []*cobra.Command{cli.Group(
		cmd, newRulesList(env), newRulesShow(env), newRulesNew(env), newRulesCheck(env), newRulesTest(env), newRulesTry(env),
		newRulesReplay(env), newRulesTune(env),
		newRulesWhyNot(env),
		newRulesExplain(env),
		newRulesSchema(env), newRulesFmt(env),
	)}
}
