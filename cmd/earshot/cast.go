package main

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"earshot/bot/lounge"
)

// demoFiles holds the demo's play and its recorded voices.
//
//go:embed demo
var demoFiles embed.FS

// cue is one line of the demo's play.
type cue struct {
	at      time.Duration
	speaker string
	rules   string // the rules that it breaks, or "-"
	text    string
}

// voice is one speaker of the play with the recording.
type voice struct {
	name   string
	frames lounge.Source
}

// readPlay reads the play, in its order.
func readPlay() ([]cue, error) {
	data, err := demoFiles.ReadFile("demo/script.tsv")
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, 6
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the demo's play: %w", err)
	}
	var play []cue
	for _, row := range rows {
		ms, err := strconv.Atoi(row[0])
		if err != nil {
			return nil, fmt.Errorf("the demo's play: %w", err)
		}
		play = append(play, cue{time.Duration(ms) * time.Millisecond, row[1], row[4], row[5]})
	}
	return play, nil
}

// openCast opens the recording of everybody in the play, in the order in which they first speak.
func openCast() ([]voice, error) {
	play, err := readPlay()
	if err != nil {
		return nil, err
	}
	var cast []voice
	seen := map[string]bool{}
	for _, c := range play {
		if seen[c.speaker] {
			continue
		}
		seen[c.speaker] = true
		data, err := demoFiles.ReadFile(speakerFile(c.speaker))
		if err != nil {
			return nil, err
		}
		frames, err := lounge.ReadOgg(bytes.NewReader(data), 0)
		if err != nil {
			return nil, err
		}
		cast = append(cast, voice{c.speaker, frames})
	}
	return cast, nil
}
