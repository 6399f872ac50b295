// Package service provides the commands that run the service, set it up, and manage who may use it.
package service

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands returns the commands of this theme.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{
		newAccessCommand(env), newConfigCommand(env), newDoctorCommand(env), newNotifyCommand(env), newServeCommand(env),
	}
}
