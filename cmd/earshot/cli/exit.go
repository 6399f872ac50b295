package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
)

// Exit codes. Scripts rely on them; exitCodes explains them to people.
const (
	ExitOK     = 0
	ExitFailed = 1
	ExitUsage  = 2
	ExitChecks = 3
)

const exitCodes = `Earshot's exit codes:

  0  success
  1  failed while running: a file, the network, the database, the room, or the running service refused
  2  did not start: invalid usage, configuration, rules or input file, or a name that is not on record
  3  checks ran, and some of them failed (rules test, check, doctor)

Errors go to standard error: "error:" says what went wrong and where, "hint:" what to do next. With --json they are one JSON object:
{"error": "…", "hint": "…", "exit_code": 2}.`

// newExitCodesTopic returns a topic of "earshot help", not a command.
func newExitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodes}
}

const environment = `Settings can be given in the environment: EARSHOT_ and the key in capital letters, with underscores for dots, such as
EARSHOT_LOG_LEVEL for log.level. A flag overrides them, and they override the configuration file. "earshot config show" lists the
settings with where each value comes from; "earshot config explain KEY" explains one.

Other variables:

  EARSHOT_CONFIG      the configuration file, as --config
  EARSHOT_*_KEY, EARSHOT_*_SECRET, EARSHOT_*_TOKEN, EARSHOT_*_PASSWORD
                      secrets of room servers and other services ("earshot join --help", docs/rooms.md)
  NO_COLOR            no colours
  XDG_DATA_HOME, XDG_STATE_HOME, XDG_CONFIG_HOME, STATE_DIRECTORY
                      where the database and the configuration are kept by default ("earshot config path")`

// newEnvironmentTopic returns a topic of "earshot help", not a command.
func newEnvironmentTopic() *cobra.Command {
	return &cobra.Command{Use: "environment", Short: "Which environment variables are read", Long: environment}
}

// codedError is an error with the exit code that it ends the program with.
type codedError struct {
	error
	code int
}

// Unwrap returns the error without its code.
func (e codedError) Unwrap() error { return e.error }

// BadInput marks an error as caused by the command's input, which makes the program exit with ExitUsage. It returns nil for nil.
func BadInput(err error) error { return withCode(err, ExitUsage) }

// ChecksFailed marks an error as the result of checks that ran, which makes the program exit with ExitChecks. It returns nil for nil.
func ChecksFailed(err error) error { return withCode(err, ExitChecks) }

func withCode(err error, code int) error {
	if err == nil {
		return nil
	}
	return codedError{err, code}
}

// exitCode returns the exit code for the error of a command.
func exitCode(err error) int {
	var coded codedError
	var input models.InputError
	var config *configs.Error
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &input), errors.As(err, &config):
		return ExitUsage
	default:
		return ExitFailed
	}
}

// markUsage attaches an exit code to every error that a command's own function returns. cobra returns errors that occur before that
// (arguments, flags) from the same call, and only the function itself can tell that it was reached: an error without a code is a usage
// error.
func markUsage(cmd *cobra.Command) {
	if own := cmd.RunE; own != nil {
		cmd.RunE = func(c *cobra.Command, args []string) error {
			err := own(c, args)
			return withCode(err, exitCode(err))
		}
	}
	for _, sub := range cmd.Commands() {
		markUsage(sub)
	}
}
