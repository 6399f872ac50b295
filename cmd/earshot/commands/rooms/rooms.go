// Package rooms provides the commands that bring the bot into rooms and make it leave them.
package rooms

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands returns the commands of this theme.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{
		DemoIn(env, nil), newDevicesCommand(env), newDrainCommand(env), newInviteCommand(env), newJoinCommand(env), newLeaveCommand(env),
		newPauseCommand(env),
		newResumeCommand(env),
		newScheduleCommand(env), newServersCommand(env), newStatusCommand(env),
	}
}
