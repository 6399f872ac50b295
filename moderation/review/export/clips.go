package export

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// Sounds is where an export finds the clips of flagged lines.
type Sounds interface {
	// SessionEvidence lists the clips kept of a session, without sound.
	SessionEvidence(ctx context.Context, session string, now time.Time) ([]models.Evidence, error)
	// Evidence returns a clip with its sound, or an error that wraps models.ErrNotFound.
	Evidence(ctx context.Context, id string, now time.Time) (models.Evidence, error)
	// Bleep puts a tone over stretches of a clip, in ms of the session, so that nothing of them is left in its sound.
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

// IsClipFile reports whether a file is a clip of the session, whole or half written.
func IsClipFile(name, session string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(name, ".part"), session)
	rest = strings.TrimPrefix(rest, ".redacted")
	return ok && strings.HasPrefix(rest, clipMark) && strings.HasSuffix(rest, clipEnd)
}

// maxSound bounds the sound in one export, in bytes: about an hour. What is beyond is left out.
const maxSound = 16 << 20

// Clip is the sound around a flagged line.
type Clip struct {
	models.Evidence
	// Cover are the stretches, in ms of the session, that are not to be heard.
	Cover []models.Span
}

// readClips collects the clips of a session with their sound, in the order of time.
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

// bleep covers what is not to be heard. A clip that can't be covered is left out.
func bleep(with Sounds, clips []Clip) (out []Clip) {
	for _, c := range clips {
		if len(c.Cover) == 0 || with.Bleep(&c.Evidence, c.Cover) == nil {
			out = append(out, c)
		}
	}
	return out
}
