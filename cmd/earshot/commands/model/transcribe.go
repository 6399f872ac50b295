package model

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/transcripts"
	"earshot/models"
)

func newTranscribeCommand(env *cli.Env) *cobra.Command {
	var out cli.Output
	var speakers string
	cmd := &cobra.Command{
		Use:   "transcribe FILE…",
		Short: "Transcribe recordings",
		Long: `Splits recordings at pauses, as the bot does with live speech, and transcribes each segment. Nothing is stored. The text goes to
standard output as it is transcribed, progress and advice to standard error. FILE may be - for standard input.

Earshot reads WAV and Ogg Opus itself, whatever the file name, and other formats through ffmpeg if it is installed, in a sandboxed
process that can read only that file. Damaged or missing parts of a recording become gaps in the text. A recording without
speech, one that can't be read, or one with gaps of 0.1 s or more leads to exit code 1; the other recordings are still written.

Several recordings make one document, in which each recording's captions follow the previous one's. With a folder as output
(--output talks/) each gets its own file.`,
		Example: `  earshot transcribe talk.wav --model tiny.en
  earshot transcribe talk.opus --output talk.vtt
  earshot transcribe call.wav --speakers channels
  earshot transcribe monday.wav tuesday.wav --format srt --output talks/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return transcribe(env, cmd, args, &out, speakers) },
	}
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "language", "language", "two-letter `CODE`, several (en,id), or auto")
	out.AddTo(cmd, "`FILE` to write, or a folder; - is standard output")
	cmd.Flags().StringVar(&speakers, "speakers", "one", "`WHICH`: one for a single speaker, channels for one speaker per channel")
	_ = cmd.RegisterFlagCompletionFunc(
		"speakers", cobra.FixedCompletions(strings.Fields("one channels"), cobra.ShellCompDirectiveNoFileComp),
	)
	return cmd
}

func transcribe(env *cli.Env, cmd *cobra.Command, files []string, o *cli.Output, speakers string) (err error) {
	if speakers != "one" && speakers != "channels" {
		return cli.BadInput(models.WithHint(fmt.Errorf("unknown speakers %q", speakers), `it is "one" or "channels"`))
	}
	channels, file := speakers == "channels", o.Path
	if transcripts.IsFolder(file) {
		file = ""
	}
	format, err := o.FormatFor(file)
	if err != nil {
		return err
	}
	out, err := transcripts.NewOutput(env.Stdout, o.Path, format, files, channels)
	if err != nil {
		return cli.BadInput(err)
	}
	t, err := env.Transcriber(cmd, channels)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	env.Notes(t.Notices)
	if len(files) > 1 && format.Captions() && out.InOne() {
		env.Notef("each recording's times continue from the previous one; --output FOLDER/ writes a file for each")
	}
	job := transcripts.Job{With: t, Out: out, Files: files, Tell: env}
	if env.ErrorPaint().On() && !env.Paint().On() { // a bar would garble text printed on the same terminal
		job.Bar = env.Bar
	}
	return t.During(cmd.Context(), func(ctx context.Context) error { return errors.Join(job.Run(ctx), out.Close()) })
}
