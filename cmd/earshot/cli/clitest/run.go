// Package clitest runs commands in tests as the program does, inside the test's own process.
package clitest

import (
	"bytes"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Runner runs the commands of one theme.
type Runner struct {
	Commands func(*cli.Env) []*cobra.Command
	// Environ is the whole environment: a test that needs a home directory sets HOME.
	Environ []string
	// Stdin is what the command reads.
	Stdin string
}

// Run runs one command line and returns its exit code and what it printed.
func (r Runner) Run(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(r.Stdin), Stdout: &out, Stderr: &errs, Environ: r.Environ}
	code = env.Run(ctx, cli.NewRoot(env, cli.Theme{Commands: r.Commands(env)}), args)
	return code, out.String(), errs.String()
}
