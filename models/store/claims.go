package store

import (
	"context"
	"time"

	"earshot/models"
)

// Claims shares the decoding of clips between processes, which name themselves by the ids of their nodes. One node decodes a clip at
// a time. Its claim ends with a lease by the database's clock; whatever it does with a clip after that changes nothing if another
// node has claimed it.
type Claims interface {
	// ClaimClips claims clips of other nodes that nobody decodes and that are not reserved any more, and returns them with their audio:
	// those of live speech first, by earliest
	// deadline, and once a deadline has passed so that every session gets the same share. Of a track, only the first clip without a
	// result is given out. It counts no attempt.
	ClaimClips(ctx context.Context, c models.ClipClaim) ([]models.Clip, error)
	// ClaimClip claims one clip, or renews the node's claim, and counts an attempt to decode it, before it is made. It returns the
	// number of attempts, by all nodes. models.ErrConflict: another node decodes it or has done so. models.ErrNotFound: it is not in
	// the spool.
	ClaimClip(ctx context.Context, k models.Key, node string, lease time.Duration) (attempts int, err error)
	// RenewClips renews a node's claims. Those that it has lost are left as they are.
	RenewClips(ctx context.Context, node string, lease time.Duration, keys []models.Key) error
	// ReleaseClips gives up claims of a node, so that others may take the clips at once.
	ReleaseClips(ctx context.Context, node string, keys []models.Key) error
	// PutResult stores the line that a node made of a clip that another one is home to, and ends its claim. models.ErrConflict:
	// another node decodes it or has done so. models.ErrNotFound: it is not in the spool.
	PutResult(ctx context.Context, node string, u models.Utterance) error
	// Results lists the lines that others made for a node to store, in the order of speech of each track. Put removes them.
	Results(ctx context.Context, home string) ([]models.Utterance, error)
	// AdoptClips makes a node home to the clips of a session or, without one, of all sessions that have ended, whose home has been
	// silent for longer than that, and lists these clips, those of a track in their order. It
	// ends the claims of nodes that have been silent for so long.
	AdoptClips(ctx context.Context, home, session string, silent time.Duration) ([]models.Key, error)
	// Backlog measures what waits to be decoded.
	Backlog(ctx context.Context) (models.Backlog, error)
}

// Work shares out work that one process at a time does, by name.
type Work interface {
	// TakeWork makes a piece of work a node's for the time of a lease, by the database's clock, or renews that, and reports whether
	// it is. It is not while another node has it.
	TakeWork(ctx context.Context, name, node string, lease time.Duration) (bool, error)
	// LeaveWork ends a node's lease. It is not an error if it has none.
	LeaveWork(ctx context.Context, name, node string) error
}
