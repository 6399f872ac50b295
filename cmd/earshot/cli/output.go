package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/afterwards"
	"earshot/models"
	"earshot/moderation/review/export"
)

// Output holds the flags of a command that writes a document.
type Output struct {
	format  string
	json    bool
	formats []export.Format // the possible ones, the default first
	// Path is the file to write; "-" is the standard output.
	Path string
}

// AddTo adds the flags to a command; usage describes the output path. formats are the possible formats, the default first; without any, a
// command writes all formats of transcripts.
func (o *Output) AddTo(cmd *cobra.Command, usage string, formats ...export.Format) {
	if len(formats) == 0 {
		formats = export.Formats()
	}
	o.formats = formats
	var names []cobra.Completion
	for _, f := range formats {
		names = append(names, string(f))
	}
	cmd.Flags().StringVarP(&o.format, "format", "f", "",
		fmt.Sprintf("`FORMAT`: %s (default: from the output's file extension, or %s)", strings.Join(names, ", "), formats[0]))
	cmd.Flags().StringVarP(&o.Path, "output", "o", "-", usage)
	cmd.Flags().BoolVar(&o.json, "json", false, "the same as --format json")
	cmd.MarkFlagsMutuallyExclusive("format", "json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// FormatFor returns the requested format, or else the format of the file's extension, or the default if it has none.
func (o *Output) FormatFor(file string) (export.Format, error) {
	name := o.format
	if o.json {
		name = string(export.FormatJSON)
	}
	if name == "" {
		name = strings.TrimPrefix(filepath.Ext(file), ".")
	}
	if name == "" {
		return o.formats[0], nil
	}
	format, err := export.ParseFormat(name)
	if err != nil || !slices.Contains(o.formats, format) {
		return "", BadInput(models.WithHint(fmt.Errorf("unknown format %q", name), "the formats are "+export.FormatNames(o.formats...)))
	}
	return format, nil
}

// Write writes a document to the chosen output, completely or not at all. A file is created readable only by its owner.
func (o *Output) Write(e *Env, data []byte) error {
	if o.Path == "-" {
		_, err := e.Stdout.Write(data)
		return err
	}
	if info, err := os.Stat(o.Path); err == nil && !info.Mode().IsRegular() { // a pipe or a device can't be replaced by renaming
		f, err := os.OpenFile(o.Path, os.O_WRONLY, 0)
		if err != nil {
			return BadInput(unwritten(o.Path, err))
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	root, err := os.OpenRoot(filepath.Dir(o.Path))
	if err != nil {
		return BadInput(unwritten(o.Path, err))
	}
	defer root.Close()
	if err := afterwards.ReplaceFile(root, filepath.Base(o.Path), data); err != nil {
		return unwritten(o.Path, err)
	}
	return nil
}

// unwritten returns the error for a file that could not be written, with the name that was asked for instead of the temporary one.
func unwritten(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = &fs.PathError{Op: at.Op, Path: path, Err: at.Err}
	}
	return fmt.Errorf("output: %w", err)
}
