package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/models"
	"earshot/moderation/review/export"
)

type exportOptions struct {
	format, output string
	redact, sound  bool
}

func newExportCommand(a *cli) *cobra.Command {
	var o exportOptions
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
		RunE: func(cmd *cobra.Command, args []string) error { return a.export(cmd, args[0], o) },
	}
	cmd.Flags().StringVarP(&o.format, "format", "f", "", export.FormatNames()+" (default: by the ending of the output, or txt)")
	cmd.Flags().StringVarP(&o.output, "output", "o", "-", "`FILE` to write; - is the standard output")
	cmd.Flags().BoolVar(&o.redact, "redact", false, "mask names, numbers and addresses; read it through before you share it")
	cmd.Flags().BoolVar(&o.sound, "sound", false, "html: with the clips of flagged lines, beeped where it is masked")
	_ = cmd.RegisterFlagCompletionFunc(
		"format", cobra.FixedCompletions(strings.Fields("txt md html json srt vtt csv"), cobra.ShellCompDirectiveNoFileComp),
	)
	return cmd
}

func (a *cli) export(cmd *cobra.Command, word string, o exportOptions) (err error) {
	format, err := o.chosen()
	if err != nil {
		return badInput(err)
	}
	store, err := a.openStore(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	info, err := findSession(cmd.Context(), store, word)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	opts := export.Options{Format: format, Redact: o.redact}
	if o.sound {
		opts.Sound = afterwards.Sounds{Store: store}
	}
	if err := export.WriteSession(cmd.Context(), &b, afterwards.ExportStore{Store: store}, info.ID, opts); err != nil {
		return err
	}
	if o.output == "-" {
		_, err := a.stdout.Write(b.Bytes())
		return err
	}
	return writeOutput(o.output, b.Bytes())
}

// chosen is the format that was asked for, or the one that the output's name ends with.
func (o exportOptions) chosen() (export.Format, error) {
	name := o.format
	if name == "" && o.output != "-" {
		name = strings.TrimPrefix(filepath.Ext(o.output), ".")
	}
	if name == "" {
		return export.FormatText, nil
	}
	return export.ParseFormat(name)
}

// writeOutput writes a file that a person named: whole or not at all, readable by this user only.
func writeOutput(path string, data []byte) error {
	const hint = "name a file in a folder that is there and can be written to"
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe or a device has no other name first
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return models.WithHint(badInput(fmt.Errorf("output: %w", err)), hint)
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return models.WithHint(badInput(fmt.Errorf("output: %w", err)), hint)
	}
	defer root.Close()
	if err := afterwards.ReplaceFile(root, filepath.Base(path), data); err != nil {
		return models.WithHint(fmt.Errorf("output: %w", err), hint)
	}
	return nil
}
