package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"earshot/bot/audio"
	"earshot/transcribe/fixture"
)

// recordings shows a script where recordings and a model are, and gives it one without speech.
func recordings(e *testscript.Env) error {
	eval, err := filepath.Abs("../../transcribe/fixture/eval")
	if err != nil {
		return err
	}
	demo, err := filepath.Abs("stage/demo")
	e.Setenv("EVAL", eval)
	e.Setenv("DEMO", demo)
	e.Setenv("MODEL", filepath.Join(filepath.Dir(eval), fixture.FileName))
	return errors.Join(err, writeSilence(filepath.Join(e.WorkDir, "silence.wav")))
}

// writeSilence writes a recording of two seconds in which nobody speaks.
func writeSilence(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = audio.EncodeOgg(f, make([]float32, 32000), audio.EncoderConfig{})
	return errors.Join(err, f.Close())
}

// cut copies the first bytes of a file: cut FROM TO BYTES.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: cut FROM TO BYTES")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data[:n], 0o600))
}

// occupy takes a port for as long as the script runs, and names it: occupy VARIABLE.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy VARIABLE")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// nowhere demands that no file of a folder holds a word, in any case of its letters: nowhere FOLDER WORD.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: nowhere FOLDER WORD")
	}
	found, err := filesWith(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("%q is in %v", args[1], found)
	}
}

// filesWith lists the files below a folder in which a word stands.
func filesWith(dir, word string) (found []string, err error) {
	files := 0
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(name)
		if bytes.Contains(bytes.ToLower(data), bytes.ToLower([]byte(word))) {
			found = append(found, name)
		}
		return err
	})
	if files == 0 {
		err = errors.Join(err, errors.New("there are no files in "+dir))
	}
	return found, err
}
