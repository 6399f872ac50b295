// Package rules are the commands that check, try and explain rule files.
package rules

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands are the commands of this theme: "earshot rules".
func Commands(env *cli.Env) []*cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Check, test, try and replay rule files",
		Long: `Rule files say what is flagged in a room. A file is named by its path; the packs and profiles that Earshot ships are
named without one: open-mic, strict, lenient, base, harassment.en, harassment.id, scams.en, personal-data, floor, sound.

Words from word lists are masked in the output (i••••); --show shows them.`,
		Example: `  earshot rules check my-room.yaml
  earshot rules test my-room.yaml
  earshot rules try open-mic --text "buy this coin now, guaranteed profit"`,
	}
	return []*cobra.Command{cli.Group(
		cmd, newRulesCheck(env), newRulesTest(env), newRulesTry(env), newRulesReplay(env), newRulesWhyNot(env), newRulesExplain(env),
		newRulesSchema(env), newRulesFmt(env),
	)}
}
