package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/moderation/review/transcript"
)

// ReadTranscript reads a transcript from a file. began is when it began, as RFC 3339; "": when the file was last written.
func ReadTranscript(name, began string) (export.Transcript, error) {
	f, err := os.Open(name)
	if err != nil {
		return export.Transcript{}, models.WithHint(fmt.Errorf("transcript: %w", err), "name a file that is there and can be read")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return export.Transcript{}, fmt.Errorf("transcript: %w", err)
	}
	at := info.ModTime()
	if began != "" {
		if at, err = time.Parse(time.RFC3339, began); err != nil {
			return export.Transcript{}, models.WithHint(fmt.Errorf("--began %q is no time", began), "write it as 2026-03-01T20:00:00Z")
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, transcript.MaxBytes+1))
	if err != nil {
		return export.Transcript{}, fmt.Errorf("transcript: %w", err)
	}
	return transcript.Parse(name, data, at)
}

// IsTranscript reports whether a word names a file with a transcript, and not a session.
func IsTranscript(word string) bool {
	if !transcript.Known(word) {
		return false
	}
	_, err := os.Stat(word)
	return err == nil
}
