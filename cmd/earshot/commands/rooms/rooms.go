// Package rooms are the commands by which the bot comes into rooms, and leaves them.
package rooms

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands are the commands of this theme.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{
		newDemoCommand(env), newInviteCommand(env), newJoinCommand(env), newLeaveCommand(env), newPauseCommand(env), newResumeCommand(env),
		newServersCommand(env), newStatusCommand(env),
	}
}
