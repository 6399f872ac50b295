package examples

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// Command returns the command that writes the examples.
func Command(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "examples [FOLDER]",
		Short: "Write files to try commands on: recordings, a transcript, rules, settings",
		Long: `Writes talk.wav, craig.zip and janus/ (recordings that the practice model understands), meeting.vtt (a transcript), my-room.yaml
(the rules of open-mic, to change) and my-earshot.yaml (every setting, explained) into FOLDER, or into the current folder.
Existing files are left unchanged.`,
		Example: `  earshot examples
  earshot transcribe talk.wav
  earshot rules test my-room.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "."
			if len(args) > 0 {
				folder = args[0]
			}
			wrote, kept, err := Write(folder)
			for _, path := range wrote {
				env.Printf("wrote %s\n", path)
			}
			for _, path := range kept {
				env.Printf("kept %s, which was already there\n", path)
			}
			if err != nil {
				return cli.BadInput(err)
			}
			return nil
		},
	}
}
