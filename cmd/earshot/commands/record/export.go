package record

import (
	"bytes"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/moderation/review/export"
)

func newExportCommand(env *cli.Env) *cobra.Command {
	var out cli.Output
	var redact, sound bool
	cmd := &cobra.Command{
		Use:   "export SESSION",
		Short: "Export a session as text, Markdown, a web page, JSON, captions or a table of flags",
		Long: `Writes one session to a file or to standard output:

  txt   one line per utterance
  md    Markdown, with the summary
  html  a self-contained web page
  json  everything, described by docs/export.schema.json
  srt   subtitles
  vtt   captions for web video
  csv   the flags, for a spreadsheet

SESSION is a session's name as "earshot sessions list" prints it, its first characters, a room's name for the newest session there, or
"last" for the newest that anybody was in.
The web page and the HTTP API export identical files.`,
		Example: `  earshot export last --output evening.html
  earshot export last --format csv > flags.csv
  earshot export last --format md --redact --output share.md
  earshot export last --redact --sound --output share.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := out.FormatFor(out.Path)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			err = env.WithRecord(cmd, func(db app.Record) error {
				info, err := cli.FindSession(cmd.Context(), db, args[0])
				if err != nil {
					return err
				}
				o := export.Options{Format: format, Redact: redact}
				if sound {
					o.Sound = afterwards.Sounds{Store: db}
				}
				return export.WriteSession(cmd.Context(), &b, afterwards.ExportStore{Store: db}, info.ID, o)
			})
			if err != nil {
				return err
			}
			return out.Write(env, b.Bytes())
		},
	}
	out.AddTo(cmd, "`FILE` to write; - is standard output")
	cmd.Flags().BoolVar(&redact, "redact", false, "mask names, numbers and addresses; check the result before sharing it")
	cmd.Flags().BoolVar(&sound, "sound", false, "html: include the clips of flagged lines, with a tone over masked words")
	return cmd
}
