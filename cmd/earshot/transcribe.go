package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/transcribe/decoder"
	"earshot/transcribe/whisper"
)

// transcribeOptions are the flags of "transcribe".
type transcribeOptions struct{ format, output, speakers string }

func newTranscribeCommand(a *cli) *cobra.Command {
	o := transcribeOptions{}
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
		RunE: func(cmd *cobra.Command, args []string) error { return a.transcribe(cmd, args, o) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file, or the name of one that was pulled")
	settingFlag(cmd.Flags(), "language", "language", "two-letter code, several (en,id), or auto")
	cmd.Flags().StringVarP(&o.format, "format", "f", "", export.FormatNames()+" (default: by the ending of the output, or txt)")
	cmd.Flags().StringVarP(&o.output, "output", "o", "-", "`FILE` to write, or a folder; - is the standard output")
	cmd.Flags().StringVar(&o.speakers, "speakers", "one", "one: nobody is told apart; channels: a speaker for each channel")
	_ = cmd.MarkFlagFilename("model", "bin")
	for flag, words := range map[string]string{"speakers": "one channels", "format": "txt md html json srt vtt csv"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(strings.Fields(words), cobra.ShellCompDirectiveNoFileComp))
	}
	return cmd
}

func (a *cli) transcribe(cmd *cobra.Command, files []string, o transcribeOptions) (err error) {
	if o.speakers != "one" && o.speakers != "channels" {
		return badInput(models.WithHint(fmt.Errorf("unknown speakers %q", o.speakers), `it is "one" or "channels"`))
	}
	format, err := exportOptions{format: o.format, output: formatName(o.output)}.chosen()
	if err != nil {
		return badInput(err)
	}
	out, err := newTranscriptOutput(a.stdout, o.output, format, files, o.speakers == "channels")
	if err != nil {
		return badInput(err)
	}
	l, err := a.newEars(cmd, o.speakers == "channels")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for _, n := range l.notices {
		fmt.Fprintln(a.stderr, "note: "+n)
	}
	if len(files) > 1 && format.Captions() && !out.folder {
		fmt.Fprintln(a.stderr, "note: the times of each recording follow those of the one before; --output FOLDER/ writes a file for each")
	}
	return l.speech.During(cmd.Context(), func(ctx context.Context) error {
		t := transcription{app: a, ears: l, out: out, files: files}
		return errors.Join(t.run(ctx), out.Close())
	})
}

// formatName is the output by whose ending the format is chosen: none for a folder.
func formatName(output string) string {
	if isFolder(output) {
		return "-"
	}
	return output
}

// ears is all that recordings are listened to with: the model, the voice detector and the settings.
type ears struct {
	opener  recording.Opener
	options recording.Options
	speech  *speech.Model
	vad     *whisper.VADModel
	notices []string
}

// newEars reads the settings and opens what they name. Errors are the input's. The caller closes it; decoding needs
// speech.run besides.
func (a *cli) newEars(cmd *cobra.Command, channels bool) (_ *ears, err error) {
	r, err := a.explain(cmd, configs.Options{NoRecord: true})
	if err != nil {
		return nil, err
	}
	cfg := r.Config
	l := &ears{opener: recording.Opener{Stdin: a.stdin, Convert: a.converter()}}
	defer func() {
		if err != nil {
			err = badInput(errors.Join(err, l.Close()))
		}
	}()
	if l.vad, err = speech.OpenVAD(cfg); err != nil {
		return nil, err
	}
	if l.speech, err = speech.Open(cfg, a.logger(cfg), speech.Options{}); err != nil {
		return nil, err
	}
	l.options = recording.Options{
		Segment: speech.SegmentConfig(cfg), VAD: speech.NewVAD(l.vad), Decoders: l.speech.Engines, Model: l.speech.Name, Channels: channels,
	}
	if l.options.Filter, err = speech.NewFilter(cfg, l.speech.Notice != ""); err != nil {
		return nil, err
	}
	if l.options.Decode, err = speech.DecodeOptions(cfg, l.speech.Notice != "", nil); err != nil {
		return nil, err
	}
	l.notices = l.speech.Notices(l.options.Decode)
	return l, nil
}

// Close closes what was opened.
func (l *ears) Close() (err error) {
	if l.speech != nil {
		err = l.speech.Close()
	}
	if l.vad != nil {
		err = errors.Join(err, l.vad.Close())
	}
	return err
}

// converter starts ffmpeg by way of this program; nil when there is none.
func (a *cli) converter() *recording.Converter {
	ffmpeg := recording.FindFFmpeg(a.environ.Get("PATH"))
	self, err := decoder.Self()
	if ffmpeg == "" || err != nil {
		return nil
	}
	words := append(append([]string(nil), self.Args[:len(self.Args)-1]...), "ffmpeg")
	return &recording.Converter{Path: self.Path, Args: words, FFmpeg: ffmpeg}
}

// newFFmpegCommand is what Earshot starts itself as, to become an ffmpeg that may do little.
func newFFmpegCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "ffmpeg PROGRAM RECORDING",
		Short:  "Convert a recording for the Earshot that started this process",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE:   func(_ *cobra.Command, args []string) error { return recording.Confine(args[0], args[1]) },
	}
}
