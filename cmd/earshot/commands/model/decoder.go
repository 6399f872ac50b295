package model

import (
	"errors"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe/decoder"
)

// newDecoderCommand is what Earshot starts itself as, to decode in a process that may end.
func newDecoderCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "decoder",
		Short:  "Decode speech for the Earshot that started this process",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			err := decoder.Serve(speech.DecoderLibrary())
			if errors.Is(err, decoder.ErrNotAChild) {
				return cli.BadInput(models.WithHint(err, `Earshot starts its decoders by itself; "earshot transcribe FILE" writes down a recording`))
			}
			return err
		},
	}
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
