package live

import (
	"context"
	"errors"
	"testing"

	"earshot/models"
)

// usage is a spool of a given size.
type usage struct {
	now models.SpoolUsage
	err error
}

func (u *usage) SpoolUsage(context.Context) (models.SpoolUsage, error) { return u.now, u.err }

func TestSpoolQuota(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		waiting, failed int64
		admit, room     bool
	}{
		{0, 0, true, true},
		{89 * mb, 0, true, true},
		{80 * mb, 10 * mb, false, true},
		{99 * mb, 0, false, true},
		{100*mb - 1, 0, false, false},
	} {
		q := NewQuota(&usage{now: models.SpoolUsage{WaitingBytes: c.waiting, FailedBytes: c.failed}}, 100)
		if err := q.Admit(t.Context()); (err == nil) != c.admit || err != nil && models.Hint(err) == "" {
			t.Errorf("%d + %d bytes: a new room: %v", c.waiting, c.failed, err)
		}
		if err := q.room(t.Context(), 1000); (err == nil) != c.room || err != nil && !errors.Is(err, errSpoolFull) {
			t.Errorf("%d + %d bytes: a clip: %v", c.waiting, c.failed, err)
		}
	}
	q := NewQuota(&usage{now: models.SpoolUsage{WaitingBytes: 99 * mb}}, 100)
	clips := 0
	for q.room(t.Context(), 100_000) == nil { // between two measurements what comes is counted
		clips++
	}
	if clips != 10 {
		t.Errorf("%d clips of 0.1 MB fitted into the last MB", clips)
	}
	if err := NewQuota(&usage{err: errors.New("disk")}, 100).Admit(t.Context()); err == nil {
		t.Error("a spool that can't be measured was taken for empty")
	}
}
