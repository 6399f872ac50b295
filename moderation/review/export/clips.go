package export

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// Sounds provides the clips of flagged lines for an export.
type Sounds interface {
	// SessionEvidence lists the stored clips of a session, without audio.
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
	// Evidence returns a clip with its audio, or an error that wraps models.ErrNotFound.
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	// Bleep replaces spans of a clip, in ms of session time, with a tone, so that nothing of them remains audible.
	Bleep(e *models.Evidence, spans []models.Span) error
}

const (
	clipMark = ".clip-"
	clipEnd  = ".ogg"
)

func clipName(session string, n int, ms int64, redacted bool) string {
	if redacted {
		session += ".redacted"
	}
	s := max(ms, 0) / 1000
	return fmt.Sprintf("%s%s%02d-%dh%02dm%02ds%s", session, clipMark, n, s/3600, s/60%60, s%60, clipEnd)
}

// IsClipFile reports whether a file is a clip of the session, complete or partly written.
func IsClipFile(name, session string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(name, ".part"), session)
	rest = strings.TrimPrefix(rest, ".redacted")
	return ok && strings.HasPrefix(rest, clipMark) && strings.HasSuffix(rest, clipEnd)
}

// SessionOf returns the session whose exported file or clip has the name, complete or partly written; "" if no export is named so.
func SessionOf(name string) string {
	name = strings.TrimSuffix(name, ".part")
	at := strings.LastIndex(name, clipMark)
	if strings.HasSuffix(name, clipEnd) && at > 0 {
		return strings.TrimSuffix(name[:at], ".redacted")
	}
	for _, f := range Formats() {
		if id, ok := strings.CutSuffix(name, "."+string(f)); ok {
			return strings.TrimSuffix(id, ".redacted")
		}
	}
	return ""
}

// maxSound limits the audio in one export, in bytes: about an hour. The rest is left out.
const maxSound = 16 << 20

// Clip is the audio around a flagged line.
type Clip struct {
	models.Evidence
	// Cover are the spans, in ms of session time, that must not be audible.
	Cover []models.Span
}

// readClips returns the clips of a session with their audio, in order of time.
func readClips(ctx context.Context, from Sounds, session string) (out []Clip, err error) {
	now := time.Now()
	kept, err := from.SessionEvidence(ctx, session, now)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(kept, func(a, b models.Evidence) int { return compareKeys(a.Utterance, b.Utterance) })
	size := 0
	for _, e := range kept {
		if e, err = from.Evidence(ctx, e.ID, now); err != nil {
			return nil, err
		}
		if size += len(e.Ogg); size > maxSound {
			break
		}
		out = append(out, Clip{Evidence: e})
	}
	return out, nil
}

// bleep covers the spans that must not be audible. A clip that can't be covered is left out.
func bleep(with Sounds, clips []Clip) (out []Clip) {
	for _, c := range clips {
		if len(c.Cover) == 0 || with.Bleep(&c.Evidence, c.Cover) == nil {
			out = append(out, c)
		}
	}
	return out
}
