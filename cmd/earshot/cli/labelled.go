package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"earshot/moderation/match/labelled"
)

// ReadLabelled reads files of labelled lines; "-" is the standard input. Its error reports the mistakes in all files.
func (e *Env) ReadLabelled(names []string) ([]labelled.Line, error) {
	var out []labelled.Line
	var errs []error
	for _, name := range names {
		lines, err := e.readLabelled(name)
		out, errs = append(out, lines...), append(errs, err)
	}
	return out, errors.Join(errs...)
}

func (e *Env) readLabelled(name string) ([]labelled.Line, error) {
	if name == "-" {
		return labelled.Read("standard input", e.Stdin)
	}
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file", name)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return labelled.Read(name, in)
}
