//go:build !race

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"earshot/bot/audio"
	"earshot/bot/audio/wav"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/filetest"
	"earshot/transcribe/fixture"
)

// recordings shows a script where recordings and a model are, and gives it one without speech.
func recordings(e *testscript.Env) error {
	eval, err := filepath.Abs("../../transcribe/fixture/eval")
	if err != nil {
		return err
	}
	demo, err := filepath.Abs("playback/demo")
	e.Setenv("EVAL", eval)
	e.Setenv("DEMO", demo)
	e.Setenv("OWNPATH", filepath.SplitList(e.Getenv("PATH"))[0]) // where earshot is, and nothing else
	e.Setenv("MODEL", filepath.Join(filepath.Dir(eval), fixture.FileName))
	return errors.Join(err, writeSilence(filepath.Join(e.WorkDir, "silence.wav")), writeOddOnes(e.WorkDir, eval),
		writeImports(e.WorkDir))
}

// writeOddOnes writes recordings of which something is special: a speaker on each channel, a damaged page, and sound in a
// format that is not read here.
func writeOddOnes(dir, eval string) error {
	hello, err := os.ReadFile(filepath.Join(eval, "00.wav"))
	if err != nil {
		return err
	}
	numbers, err := os.ReadFile(filepath.Join(eval, "10.wav"))
	if err != nil {
		return err
	}
	first, err := wav.ReadAll(bytes.NewReader(hello))
	if err != nil {
		return err
	}
	second, err := wav.ReadAll(bytes.NewReader(numbers))
	if err != nil {
		return err
	}
	var opus bytes.Buffer
	talk := slices.Concat(make([]float32, 5*16000), first, make([]float32, 3*16000))
	if err := audio.EncodeOgg(&opus, talk, audio.EncoderConfig{Bitrate: 24000}); err != nil {
		return err
	}
	page := bytes.Index(opus.Bytes()[1000:], []byte("OggS")) + 1000 // within the silence before the words
	opus.Bytes()[page+60] ^= 1
	turns := stereo(slices.Concat(first, make([]float32, len(second))), slices.Concat(make([]float32, len(first)), second))
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "turns.wav"), turns, 0o600),
		os.WriteFile(filepath.Join(dir, "damaged.opus"), opus.Bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "other.mp4"), append([]byte("\x00\x00\x00\x08ftyp"), hello...), 0o600),
	)
}

// stereo is a WAV file of two channels of the same length.
func stereo(left, right []float32) []byte {
	data := make([]byte, 0, 4*len(left))
	for i := range left {
		for _, x := range []float32{left[i], right[i]} {
			data = binary.LittleEndian.AppendUint16(data, uint16(int16(x*32767)))
		}
	}
	out := append([]byte("RIFF"), 0, 0, 0, 0)
	out = append(out, "WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x80\x3e\x00\x00\x00\xfa\x00\x00\x04\x00\x10\x00data"...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(data))), data...)
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
	found, err := filetest.With(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("%q is in %v", args[1], found)
	}
}

// seed makes the database of two sessions that the scripts look at: seed FOLDER.
func seed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: seed FOLDER")
	}
	ts.Check(programtest.WriteSample(ts.MkAbs(args[0])))
}
