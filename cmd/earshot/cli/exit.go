package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
)

// Exit codes. They are part of what scripts rely on; exitCodes explains them to people.
const (
	ExitOK     = 0
	ExitFailed = 1
	ExitUsage  = 2
	ExitChecks = 3
)

const exitCodes = `Earshot's exit codes:

  0  it worked
  1  it failed while it ran: a file, the network, the database, the room
  2  it did not start: wrong usage, configuration, rules or input file
  3  checks ran, and some of them failed (rules test, check, doctor)

What goes wrong is told on the error output: "error:" says what and where, "hint:" what to do next.`

// newExitCodesTopic is a topic of "earshot help", not a command.
func newExitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodes}
}

// codedError is an error that ends the program with a certain exit code.
type codedError struct {
	error
	code int
}

// Unwrap gives the error without its code.
func (e codedError) Unwrap() error { return e.error }

// BadInput marks an error as the fault of what was given to the command: it ends with ExitUsage. nil stays nil.
func BadInput(err error) error { return withCode(err, ExitUsage) }

// ChecksFailed marks an error as the finding of checks that ran: it ends with ExitChecks. nil stays nil.
func ChecksFailed(err error) error { return withCode(err, ExitChecks) }

func withCode(err error, code int) error {
	if err == nil {
		return nil
	}
	return codedError{err, code}
}

// exitCode is the exit code for what a command returned.
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

// markUsage gives every error of a command's own work its exit code. cobra returns errors that come before it (arguments, flags)
// from the same call, and only the command's own function can tell that it was reached: what has no code is wrong usage.
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
