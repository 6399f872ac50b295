package model

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"earshot/bot/ffmpeg"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe/decoder"
)

// newDecoderCommand returns the command with which Earshot starts itself to decode in a process that may crash or be killed.
func newDecoderCommand() *cobra.Command {
	devices := false
	cmd := &cobra.Command{
		Use:    "decoder",
		Short:  "Decode speech for the parent Earshot process",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if devices {
				list, err := speech.Devices()
				return errors.Join(err, decoder.PrintDevices(cmd.OutOrStdout(), list))
			}
			err := decoder.Serve(speech.DecoderLibrary())
			if errors.Is(err, decoder.ErrNotAChild) {
				return cli.BadInput(
					models.WithHint(err, `Earshot starts its decoders automatically; use "earshot transcribe FILE" to transcribe a recording`),
				)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&devices, strings.TrimPrefix(decoder.ListDevices, "--"), false, "list the GPUs and exit")
	return cmd
}

// newFFmpegCommand returns the command with which Earshot starts itself to turn into an ffmpeg with few permissions.
func newFFmpegCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "ffmpeg PROGRAM JOB",
		Short:  "Become a confined ffmpeg for the parent Earshot process",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			err := ffmpeg.Confine(args[0], args[1])
			if errors.Is(err, ffmpeg.ErrNotAChild) {
				return cli.BadInput(models.WithHint(err, "Earshot starts ffmpeg automatically"))
			}
			return err
		},
	}
}
