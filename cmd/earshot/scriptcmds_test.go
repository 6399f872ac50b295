package main

import (
	"errors"
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
	demo, err := filepath.Abs("demo")
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
