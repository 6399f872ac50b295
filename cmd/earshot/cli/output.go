package cli

import (
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

// Output are the flags of a command that writes a document.
type Output struct {
	format string
	// Path is the file to write; "-" is the standard output.
	Path string
}

// AddTo adds the flags to a command; usage says what the path may be.
func (o *Output) AddTo(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVarP(&o.format, "format", "f", "", export.FormatNames()+" (default: by the ending of the output, or txt)")
	cmd.Flags().StringVarP(&o.Path, "output", "o", "-", usage)
	var names []cobra.Completion
	for _, f := range export.Formats() {
		names = append(names, string(f))
	}
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// FormatFor is the format that was asked for, or else the one that a file's name ends with: plain text where it has no ending.
func (o *Output) FormatFor(file string) (export.Format, error) {
	name := o.format
	if name == "" {
		name = strings.TrimPrefix(filepath.Ext(file), ".")
	}
	if name == "" {
		return export.FormatText, nil
	}
	return export.ParseFormat(name)
}

// Write writes a document to where it was asked for: whole or not at all, and a file readable by this user only.
func (o *Output) Write(e *Env, data []byte) error {
	if o.Path == "-" {
		_, err := e.Stdout.Write(data)
		return err
	}
	const hint = "name a file in a folder that is there and can be written to"
	if info, err := os.Stat(o.Path); err == nil && !info.Mode().IsRegular() { // a pipe or a device has no other name first
		f, err := os.OpenFile(o.Path, os.O_WRONLY, 0)
		if err != nil {
			return models.WithHint(BadInput(fmt.Errorf("output: %w", err)), hint)
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	root, err := os.OpenRoot(filepath.Dir(o.Path))
	if err != nil {
		return models.WithHint(BadInput(fmt.Errorf("output: %w", err)), hint)
	}
	defer root.Close()
	if err := afterwards.ReplaceFile(root, filepath.Base(o.Path), data); err != nil {
		return models.WithHint(fmt.Errorf("output: %w", err), hint)
	}
	return nil
}
