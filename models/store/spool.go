package store

import (
	"context"

	"earshot/models"
)

// Spool stores clips from when they were cut until their text is stored.
type Spool interface {
	// PutClip stores a clip. A clip whose key is in the spool or whose line is stored changes nothing, and neither does one of a
	// person who has been erased meanwhile. PCM is not stored. models.ErrNotFound: the session is not stored.
	PutClip(ctx context.Context, c models.Clip) error
	// Clip reads a clip, also a failed one. PCM is nil. models.ErrNotFound: it is not in the spool.
	Clip(ctx context.Context, k models.Key) (models.Clip, error)
	// PendingKeys lists the clips to be decoded, oldest first.
	PendingKeys(ctx context.Context) ([]models.Key, error)
	// Pending counts the clips of a session to be decoded. models.ErrNotFound: it is not stored.
	Pending(ctx context.Context, session string) (int, error)
	// NoteAttempt counts an attempt to decode a clip, before it is made, and returns their number, so that a clip that crashes the
	// program is recognised after the restart. models.ErrNotFound: it is not in the spool.
	NoteAttempt(ctx context.Context, k models.Key) (attempts int, err error)
	// SpoolUsage measures the clips to be decoded, and the failed ones.
	SpoolUsage(ctx context.Context) (models.SpoolUsage, error)
}

// Gaps stores gaps.
type Gaps interface {
	// PutGap stores a gap. One with the same speaker, start and cause is extended instead, so that an open gap, or one stored again
	// after a crash, remains one. A gap of a person erased after it began changes nothing. models.ErrNotFound: the session is not
	// stored.
	PutGap(ctx context.Context, g models.Gap) error
	// Gaps lists the gaps of a session in the order they began.
	Gaps(ctx context.Context, session string) ([]models.Gap, error)
	// NoteLosses records what would be lost of a session if the program ended now, replacing what was recorded before. It works even
	// while the store can't be written to. Settled losses become gaps as soon as the store can be written to; the others when the
	// record is opened next, unless their clips were stored after all.
	NoteLosses(session string, losses []models.Loss) error
}
