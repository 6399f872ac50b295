// Package examples provides the command that writes the files on which the documents try out commands: a recording, a recording with a
// track per person, a transcript, rules and settings.
package examples

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"earshot/configs"
	"earshot/transcribe/fixture/eval"
)

const meeting = `WEBVTT

00:01.000 --> 00:04.000
<v Ana>Welcome to the planning of the party at the harbour.

00:05.000 --> 00:09.000
<v Ben>Buy my crypto coin now, it is a guaranteed profit.

00:10.000 --> 00:14.000
<v Ana>No. We decided to move the party to Friday.
`

// Files returns the contents of the examples by their relative paths, which use slashes. The caller owns the map.
func Files() (map[string][]byte, error) {
	rules, err := configs.Rules.ReadFile("rules/open-mic.yaml")
	if err != nil {
		return nil, err
	}
	hello, err := eval.Recording("00.wav")
	if err != nil {
		return nil, err
	}
	numbers, err := eval.Recording("10.wav")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"talk.wav": hello, "meeting.vtt": []byte(meeting), "my-room.yaml": rules, "my-earshot.yaml": configs.Default(),
	}
	if files["craig.zip"], err = craig(hello, numbers); err != nil {
		return nil, fmt.Errorf("craig.zip: %w", err)
	}
	tracks, err := janus(hello, numbers)
	if err != nil {
		return nil, fmt.Errorf("the recording of Janus: %w", err)
	}
	for name, data := range tracks {
		files["janus/"+name] = data
	}
	return files, nil
}

// Write writes the examples into a folder, which it creates if necessary. It returns the paths of the files it wrote and of the files that
// already existed, which it leaves as they are.
func Write(folder string) (wrote, kept []string, err error) {
	files, err := Files()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		switch err := writeNew(path, files[name]); {
		case errors.Is(err, fs.ErrExist):
			kept = append(kept, path)
		case err != nil:
			return wrote, kept, fmt.Errorf("the examples can't be written here: %w", err)
		default:
			wrote = append(wrote, path)
		}
	}
	return wrote, kept, nil
}

func writeNew(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
