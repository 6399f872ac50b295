// Package record are the commands that read, give away and erase what was heard, and keep the record sound.
package record

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands are the commands of this theme.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{
		newBackupCommand(env), newCheckCommand(env), newConsentCommand(env), newEraseCommand(env), newExportCommand(env), newImportCommand(env),
		newPersonCommand(env),
		newRestoreCommand(env), newSessionsCommand(env), newSummaryCommand(env),
	}
}
