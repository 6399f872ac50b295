// Package playback plays recordings in a room as if people talked there while a bot listens: the demo's script and voices, tapes made of
// its lines, and the barrier that keeps the voices silent until the bot hears them.
package playback

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"earshot/bot/lounge"
)

// files holds the demo's script and its recorded voices.
//
//go:embed demo
var files embed.FS

// ScriptLine is one line of the demo's script.
type ScriptLine struct {
	At      time.Duration // since the beginning
	Speaker string
	Rules   string // the rules that it breaks, with commas, or "-"
	Text    string
}

// Voice is somebody who talks, with what is said.
type Voice struct {
	Name   string
	Host   bool // of the room, where it has hosts
	Source lounge.Source
}

// Packets is what the voice says, as servers are sent it: Opus packets with their times since its beginning; io.EOF after the last.
func (v Voice) Packets() func() (opus []byte, at time.Duration, err error) {
	return func() ([]byte, time.Duration, error) {
		f, err := v.Source.Next()
		return f.Opus, f.At, err
	}
}

// Script returns the lines of the demo's script, in their order.
func Script() ([]ScriptLine, error) {
	data, err := files.ReadFile("demo/script.tsv")
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, 6
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the demo's script: %w", err)
	}
	var script []ScriptLine
	for _, row := range rows {
		ms, err := strconv.Atoi(row[0])
		if err != nil {
			return nil, fmt.Errorf("the demo's script: %w", err)
		}
		script = append(script, ScriptLine{time.Duration(ms) * time.Millisecond, row[1], row[4], row[5]})
	}
	return script, nil
}

// Voices opens the recordings of everybody in the script, in the order in which they first speak.
func Voices() ([]Voice, error) {
	script, err := Script()
	if err != nil {
		return nil, err
	}
	var voices []Voice
	seen := map[string]bool{}
	for _, c := range script {
		if seen[c.Speaker] {
			continue
		}
		seen[c.Speaker] = true
		data, err := files.ReadFile(speakerFile(c.Speaker))
		if err != nil {
			return nil, err
		}
		frames, err := lounge.ReadOgg(bytes.NewReader(data), 0)
		if err != nil {
			return nil, err
		}
		voices = append(voices, Voice{Name: c.Speaker, Host: len(voices) == 0, Source: frames})
	}
	return voices, nil
}

// speakerFile is the recording of a speaker's lines of the script.
func speakerFile(name string) string { return "demo/" + strings.ToLower(name) + ".opus" }
