// Command roomdemotest is "earshot demo" in a room of another server, which it runs on this machine meanwhile: for
// "make demo ROOM=KIND".
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/commands/rooms"
	"earshot/cmd/earshot/speech"
	"earshot/transcribe/decoder"
)

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "decoder": // the program runs itself again to decode
		if err := decoder.Serve(speech.DecoderLibrary()); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
	case len(os.Args) < 3 || servers[os.Args[1]] == nil:
		fmt.Fprintln(os.Stderr, "usage: roomdemotest janus|jitsi|livekit|mumble FOLDER [ARGUMENT OF THE DEMO]...")
		os.Exit(2)
	default:
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(ctx, stop) // the second interrupt ends the program at once
		env := &cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Version: "demo"}
		os.Exit(run(ctx, env, os.Args[1], os.Args[2], os.Args[3:]))
	}
}

// run keeps the server's files in a folder, so that its certificate stays what the bot knows it by, and returns the exit code.
func run(ctx context.Context, env *cli.Env, kind, folder string, args []string) int {
	folder, err := filepath.Abs(folder)
	if err == nil {
		err = os.MkdirAll(folder, 0o700)
	}
	var on roomServer
	if err == nil {
		on, err = servers[kind](context.WithoutCancel(ctx), folder) // it ends after the demo
	}
	if err != nil {
		env.PrintError(err)
		return cli.ExitFailed
	}
	defer on.close()
	if on.note != "" {
		env.Notef("%s", on.note)
	}
	env.Environ = append(env.Environ, on.secrets...)
	args = append([]string{"demo"}, args...)
	if on.room != "" {
		args = append(args, "--room", on.room)
	}
	root := cli.NewRoot(env, cli.Theme{Commands: []*cobra.Command{rooms.DemoIn(env, on.place)}})
	return env.Run(ctx, root, args)
}
