package cli

import (
	"fmt"
	"os"
	"time"

	"earshot/models"
	"earshot/moderation/review/transcript"
)

// ReadTranscript reads a transcript from a file. began is when it began, in RFC 3339; if it is "", the file's modification time is used.
func ReadTranscript(name, began string) (*transcript.Transcript, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("transcript: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("transcript: %w", err)
	}
	at := info.ModTime()
	if began != "" {
		if at, err = time.Parse(time.RFC3339, began); err != nil {
			return nil, models.WithHint(fmt.Errorf("--began %q is not a valid time", began), "write it as 2026-03-01T20:00:00Z")
		}
	}
	t, err := transcript.Parse(name, f, at)
	if err != nil && models.Hint(err) == "" {
		err = models.WithHint(err, `"earshot import --help" shows how transcripts are written`)
	}
	return t, err
}

// IsTranscript reports whether a word names a transcript file rather than a session.
func IsTranscript(word string) bool {
	if !transcript.Known(word) {
		return false
	}
	_, err := os.Stat(word)
	return err == nil
}
