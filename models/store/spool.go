package store

import (
	"context"

	"earshot/models"
)

// Spool keeps stretches of speech from the moment they were cut until their text is stored.
type Spool interface {
	// PutClip writes a clip down before anything is done with it. A clip whose key is spooled already, or whose line is
	// stored, changes nothing; neither does what somebody said who was erased meanwhile. PCM is not stored.
	// models.ErrNotFound when the session is not stored: the clip is not wanted then.
	PutClip(ctx context.Context, c models.Clip) error
	// Clip reads one clip, also one that could not be decoded. PCM is nil. models.ErrNotFound when it is not there.
	Clip(ctx context.Context, k models.Key) (models.Clip, error)
	// PendingKeys lists the clips that wait for decoding, the oldest first.
	PendingKeys(ctx context.Context) ([]models.Key, error)
	// Pending counts the clips of a session that wait for decoding. models.ErrNotFound when it is not stored.
	Pending(ctx context.Context, session string) (int, error)
	// NoteAttempt counts one more try at decoding a clip, before it is made, and returns how many there were: a clip that
	// takes the program down is recognised after the restart. models.ErrNotFound when it is not in the spool.
	NoteAttempt(ctx context.Context, k models.Key) (attempts int, err error)
	// SpoolUsage measures the clips that wait, and those kept because they could not be decoded.
	SpoolUsage(ctx context.Context) (models.SpoolUsage, error)
}

// Gaps keeps what was not heard.
type Gaps interface {
	// PutGap stores a stretch that was not heard. A gap with the same speaker, start and cause grows instead of being stored
	// twice, so that a gap still open, or one written again after a crash, is one. models.ErrNotFound when the session is not
	// stored. A gap of somebody who was erased after it began changes nothing.
	PutGap(ctx context.Context, g models.Gap) error
	// Gaps lists the gaps of a session in the order they began.
	Gaps(ctx context.Context, session string) ([]models.Gap, error)
	// NoteLosses writes down what of a session is lost if the program ends before it is stored, in the place of what was
	// noted before. It works while the store takes nothing else. Losses that are settled become gaps as soon as the store
	// takes something; the others only when the record is opened the next time, and only if their clips were not stored
	// after all.
	NoteLosses(session string, losses []models.Loss) error
}
