package store

import (
	"context"
	"time"

	"earshot/models"
)

// Notices keeps who is told of what, and what is still to be told.
type Notices interface {
	// SetNoticeTargets says who is told of flags from now on. What waits for a target that is not among them is dropped. A
	// target that was disabled stays so until its mark changes.
	SetNoticeTargets(ctx context.Context, targets []models.NoticeTarget) error
	// NoticeTargets lists how the targets are doing, by name.
	NoticeTargets(ctx context.Context) ([]models.NoticeTargetState, error)
	// DisableTarget ends all sending to a target, until its address changes, and drops what waits for it.
	DisableTarget(ctx context.Context, name, why string) error
	// NextNotice is what is to be told to a target next, whether it is due or not. models.ErrNotFound: nothing waits.
	NextNotice(ctx context.Context, target string) (models.Notice, error)
	// SetNotice stores what became of a try: State, Attempts, Due and Error. A notice that is gone meanwhile is none.
	SetNotice(ctx context.Context, n models.Notice) error
	// Tell stores a notice of a flag for one target or, without a name, for every target that is told of the flag's room,
	// whatever the level of flags it asks for. Who is told of the flag already is not told twice; id makes it happen once.
	// models.ErrNotFound: there is no target of that name, or it is disabled.
	Tell(ctx context.Context, id, session, flag, target string) error
	// PutRoomNotice has every target that wants a session's room told of something that is no flag.
	PutRoomNotice(ctx context.Context, session string, kind models.NoticeKind, speaker string) error
}

// Digests counts what happened, and remembers who was told of it.
type Digests interface {
	// Digest counts, by room, what happened from one time to another.
	Digest(ctx context.Context, from, to time.Time) ([]models.RoomDigest, error)
	// DigestUntil is up to when a target has got its digest; zero: it never got one.
	DigestUntil(ctx context.Context, target string) (time.Time, error)
	// SetDigestUntil notes up to when a target has got its digest.
	SetDigestUntil(ctx context.Context, target string, until time.Time) error
}
