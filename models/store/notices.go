package store

import (
	"context"
	"time"

	"earshot/models"
)

// Notices stores notice targets and pending notices.
type Notices interface {
	// SetNoticeTargets replaces the targets. Pending notices of other targets are dropped. A disabled target remains so until its
	// mark changes.
	SetNoticeTargets(ctx context.Context, targets []models.NoticeTarget) error
	// NoticeTargets lists the states of the targets, by name.
	NoticeTargets(ctx context.Context) ([]models.NoticeTargetState, error)
	// DisableTarget disables a target until its address changes, and drops its pending notices.
	DisableTarget(ctx context.Context, name, why string) error
	// NextNotice returns a target's next notice, whether due or not. models.ErrNotFound: there is none.
	NextNotice(ctx context.Context, target string) (models.Notice, error)
	// SetNotice stores the outcome of an attempt: State, Attempts, Due and Error. It is not an error if the notice is gone.
	SetNotice(ctx context.Context, n models.Notice) error
	// Tell stores a notice of a flag for one target or, without a name, for every target of the flag's room regardless of its level.
	// Targets with a notice of the flag get no second one; calls with the same id have effect once. models.ErrNotFound: there is no
	// target of that name, or it is disabled.
	Tell(ctx context.Context, id, session, flag, target string) error
	// PutRoomNotice stores a notice without a flag for every target of a session's room.
	PutRoomNotice(ctx context.Context, session string, kind models.NoticeKind, speaker string) error
}

// Digests counts what happened, and stores until when each target has had its digest.
type Digests interface {
	// Digest counts, by room, what happened in a period.
	Digest(ctx context.Context, from, to time.Time) ([]models.RoomDigest, error)
	// DigestUntil returns until when a target has had its digest; zero if never.
	DigestUntil(ctx context.Context, target string) (time.Time, error)
	// SetDigestUntil stores until when a target has had its digest.
	SetDigestUntil(ctx context.Context, target string, until time.Time) error
}
