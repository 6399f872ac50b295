package cli

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/transcripts"
	"earshot/configs"
)

// Transcriber reads the settings, which need not name a place for the record, and opens what they name. The caller closes it.
func (e *Env) Transcriber(cmd *cobra.Command, channels bool) (*transcripts.Transcriber, error) {
	r, err := e.reportWith(cmd, configs.Options{NoRecord: true})
	if err != nil {
		return nil, err
	}
	return transcripts.New(transcripts.Config{
		Settings: r.Config, Stdin: e.Stdin, Path: e.Environ.Get("PATH"), Channels: channels, Log: e.Logger(r.Config),
	})
}
