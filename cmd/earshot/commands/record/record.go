// Package record provides the commands that show, export, import and erase what was heard, and maintain the record.
package record

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Commands returns the commands of this theme.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{
		newBackupCommand(env), newCheckCommand(env), newConsentCommand(env), newEraseCommand(env), newExportCommand(env), newFlagsCommand(env),
		newImportCommand(env), newMoveCommand(env), newPersonCommand(env), newQueueCommand(env),
		newRestoreCommand(env), newSearchCommand(env), newSessionsCommand(env), newSummaryCommand(env),
	}
}
