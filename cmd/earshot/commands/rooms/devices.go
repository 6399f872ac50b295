package rooms

import (
	"github.com/spf13/cobra"

	"earshot/bot/stream"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
)

func newDevicesCommand(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the sound devices of this machine that the bot can hear",
		Long: `Lists what "earshot join device://NAME" can hear through PulseAudio or PipeWire. A device's monitor carries everything that this
machine plays on it, including a room that only a browser or an app can enter; the other devices are microphones. This requires ffmpeg.

Nobody who talks there can see that Earshot is listening. Tell them, and know the local law.`,
		Example: `  earshot devices
  earshot join device://alsa_output.pci.analog-stereo.monitor --name "Friday room" --unseen`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found, err := stream.Devices(cmd.Context(), speech.FFmpeg(env.Environ.Get("PATH")))
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(append([]stream.Device{}, found...))
			}
			if len(found) == 0 {
				env.Printf("the sound server has no devices\n")
				return nil
			}
			rows := [][]string{{"ADDRESS", "WHAT IT HEARS", "DEVICE"}}
			for _, d := range found {
				rows = append(rows, []string{d.Address, hears(d), terminal.Plain(d.Title)})
			}
			return env.Table(rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	return cmd
}

// hears describes what a device delivers.
func hears(d stream.Device) string {
	what := "a microphone"
	if d.Plays {
		what = "what is played"
	}
	if d.Default {
		what += " (default)"
	}
	return what
}
