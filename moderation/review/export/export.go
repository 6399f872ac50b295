// Package export writes a transcript in the formats people take away: plain text, JSON, SubRip and WebVTT.
//
// The page, the command line and the API call the same functions, so that they give the same bytes.
package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"earshot/models"
)

// Format names a way to write a transcript.
type Format string

// The formats.
const (
	FormatText Format = "text" // one line an utterance: time, speaker, words
	FormatJSON Format = "json" // everything that is stored, see Transcript
	FormatSRT  Format = "srt"  // SubRip subtitles
	FormatVTT  Format = "vtt"  // WebVTT captions (W3C), speakers as voice spans
)

// Formats lists the formats in the order people are shown them.
func Formats() []Format { return []Format{FormatText, FormatJSON, FormatSRT, FormatVTT} }

// ParseFormat finds a format by its name; the error lists the names there are.
func ParseFormat(name string) (Format, error) {
	if f := Format(strings.ToLower(name)); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", models.WithHint(fmt.Errorf("unknown format %q", name), "the formats are text, json, srt and vtt")
}

// Transcript is what is written. Utterances must be sorted by StartMS; Session is nil for a plain recording.
type Transcript struct {
	Session *models.Session `json:"session,omitempty"`
	// Source names a recording that was transcribed, without its folder.
	Source     string             `json:"source,omitempty"`
	Utterances []models.Utterance `json:"utterances"`
	Flags      []models.Flag      `json:"flags,omitempty"`
	Gaps       []models.Gap       `json:"gaps,omitempty"`
}

// Write writes the transcript in the format. Utterances without text are left out of all formats but JSON.
func Write(w io.Writer, f Format, t Transcript) error {
	switch f {
	case FormatText:
		return writeText(w, t)
	case FormatJSON:
		return writeJSON(w, t)
	case FormatSRT:
		return writeCues(w, t, srtForm{})
	case FormatVTT:
		return writeCues(w, t, vttForm{})
	}
	_, err := ParseFormat(string(f))
	return err
}

// Clock writes a time from the session's start as people read it: m:ss, or h:mm:ss from one hour on.
func Clock(ms int64) string {
	ms = max(ms, 0)
	s := ms / 1000
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
