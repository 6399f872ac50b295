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
		Short: "Write a session as text, Markdown, a page, JSON, captions or a table of flags",
		Long: `Writes one session to a file or to the standard output:

  txt   one line for each thing said           srt   subtitles
  md    Markdown, with the summary             vtt   captions for web video
  html  one page that needs nothing else       csv   the flags, for a spreadsheet
  json  everything, described by docs/export.schema.json

SESSION is a session's name as "earshot sessions list" prints it, the beginning of one, or "last" for the newest.
The page and the HTTP API give the same bytes.`,
		Example: `  earshot export last --output evening.html
  earshot export last --format csv > flags.csv
  earshot export last --format md --redact --output share.md
  earshot export last --redact --sound --output share.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := out.FormatFor(out.Path)
			if err != nil {
				return cli.BadInput(err)
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
	out.AddTo(cmd, "`FILE` to write; - is the standard output")
	cmd.Flags().BoolVar(&redact, "redact", false, "mask names, numbers and addresses; read it through before you share it")
	cmd.Flags().BoolVar(&sound, "sound", false, "html: with the clips of flagged lines, beeped where it is masked")
	return cmd
}
