// Package stage has recorded people talk in a room while a bot listens: the demo's play, its voices, tapes made of its lines,
// and the curtain that keeps the voices silent until the bot hears them.
package stage

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

// files holds the demo's play and its recorded voices.
//
//go:embed demo
var files embed.FS

// Cue is one line of the demo's play.
type Cue struct {
	At      time.Duration // since the play began
	Speaker string
	Rules   string // the rules that it breaks, with commas, or "-"
	Text    string
}

// Voice is somebody who talks, with what is said.
type Voice struct {
	Name   string
	Source lounge.Source
}

// Script is the demo's play, in its order.
func Script() ([]Cue, error) {
	data, err := files.ReadFile("demo/script.tsv")
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, 6
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the demo's play: %w", err)
	}
	var play []Cue
	for _, row := range rows {
		ms, err := strconv.Atoi(row[0])
		if err != nil {
			return nil, fmt.Errorf("the demo's play: %w", err)
		}
		play = append(play, Cue{time.Duration(ms) * time.Millisecond, row[1], row[4], row[5]})
	}
	return play, nil
}

// Cast opens the recording of everybody in the play, in the order in which they first speak.
func Cast() ([]Voice, error) {
	play, err := Script()
	if err != nil {
		return nil, err
	}
	var cast []Voice
	seen := map[string]bool{}
	for _, c := range play {
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
		cast = append(cast, Voice{c.Speaker, frames})
	}
	return cast, nil
}

// speakerFile is the recording of a speaker's part in the play.
func speakerFile(name string) string { return "demo/" + strings.ToLower(name) + ".opus" }
