package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/commands/examples"
	"earshot/cmd/earshot/commands/model"
	"earshot/cmd/earshot/commands/record"
	"earshot/cmd/earshot/commands/rooms"
	"earshot/cmd/earshot/commands/rules"
	"earshot/cmd/earshot/commands/service"
)

// run is the program: it returns the exit code. The first interrupt asks the command to end in order, the second ends
// the program at once.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	log.SetOutput(io.Discard) // net/http prints there what servers send without being asked; our own log is another
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	if _, err := os.Stat("."); err != nil {
		// os.Getwd looks into the folder before it believes $PWD, and gives up where it may not. Without $PWD it asks the system.
		_ = os.Unsetenv("PWD")
	}
	env := &cli.Env{Stdin: stdin, Stdout: stdout, Stderr: stderr, Environ: os.Environ(), Version: named()}
	return env.Run(ctx, newRoot(env), args)
}

// newRoot builds the whole tree of commands.
func newRoot(env *cli.Env) *cobra.Command {
	return cli.NewRoot(
		env,
		cli.Theme{Title: "Rooms", Commands: rooms.Commands(env)},
		cli.Theme{Title: "Record", Commands: record.Commands(env)},
		cli.Theme{Title: "Rules", Commands: rules.Commands(env)},
		cli.Theme{Title: "Service", Commands: service.Commands(env)},
		cli.Theme{Title: "Models and recordings", Commands: model.Commands(env)},
		cli.Theme{Commands: []*cobra.Command{newManCommand(), examples.Command(env), newVersionCommand(env)}},
	)
}
