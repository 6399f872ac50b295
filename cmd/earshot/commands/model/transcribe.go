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
		Short: "Write down what is said in recordings",
		Long: `Cuts recordings at pauses, as the bot does with live speech, and writes down what is said in each stretch. Nothing is
stored. The text goes to standard output as it comes, progress and advice to the error output. FILE may be - for standard input.

WAV and Ogg Opus are read by Earshot itself, whatever the file is called, and other formats by ffmpeg where it is installed, in a
process that may read that file and nothing else. What is damaged or missing in a recording is a gap in the text. A recording
without speech, one that can't be read, and one with gaps of 0.1 s and more end with exit code 1; the others are written all the
same.

Several recordings make one document, in which the captions of each follow those of the one before. With a folder as output
(--output talks/) each has a file of its own.`,
		Example: `  earshot transcribe talk.wav --model tiny.en
  earshot transcribe talk.opus --output talk.vtt
  earshot transcribe call.wav --speakers channels
  earshot transcribe monday.wav tuesday.wav --format srt --output talks/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return transcribe(env, cmd, args, &out, speakers) },
	}
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file, or the name of one that was pulled")
	cli.SettingFlag(cmd.Flags(), "language", "language", "two-letter code, several (en,id), or auto")
	out.AddTo(cmd, "`FILE` to write, or a folder; - is the standard output")
	cmd.Flags().StringVar(&speakers, "speakers", "one", "one: nobody is told apart; channels: a speaker for each channel")
	_ = cmd.MarkFlagFilename("model", "bin")
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
		return cli.BadInput(err)
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
		env.Notef("the times of each recording follow those of the one before; --output FOLDER/ writes a file for each")
	}
	job := transcripts.Job{With: t, Out: out, Files: files, Tell: env}
	if env.ErrorPaint().On() && !env.Paint().On() { // a bar in the midst of the text would be in its way
		job.Bar = env.Bar
	}
	return t.During(cmd.Context(), func(ctx context.Context) error { return errors.Join(job.Run(ctx), out.Close()) })
}
