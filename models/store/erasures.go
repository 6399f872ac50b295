package store

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
)

// Erasures takes things out of the record. What that means for the bytes that lie on disks is each implementation's promise.
type Erasures interface {
	// Erase forgets a session, a person or a room, and leaves an entry in Removals. Of a person it removes the lines, clips,
	// flags, gaps and the name in every session, and the summaries of these sessions, which may quote. It works in small
	// transactions; when it is interrupted, Erasing or the next start of the program takes it up.
	//
	// models.ErrNotFound: nothing of that name is stored. models.ErrUnavailable: it is found no more, but not every byte of it
	// could be removed until ctx ended; Erasing does the rest later.
	Erase(ctx context.Context, e models.Erasure) error
	// ErasePerson erases the person behind an identity under all their identities, as Erase does for each.
	ErasePerson(ctx context.Context, room, speaker, by string) error
	// Erasing carries out what another process asked for, or what was cut short, and says how many erasures there were.
	Erasing(ctx context.Context) (int, error)
	// Sweep removes what is older at now than the policy says. Age counts from when a thing was said. It works in small
	// transactions, and a sweep that was cut short is finished by the next one. Each session it removes something of gets an
	// entry in Removals. Links that expired go too.
	Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error)
}

// Removals is the list of what was removed.
type Removals interface {
	// Removals lists what was removed, the first first.
	Removals(ctx context.Context) ([]models.Removal, error)
	// CheckRemovals follows the chain of removals and returns its last hash; "" when nothing was ever removed. An error that
	// wraps ErrCorrupt names the first entry that does not fit. Entries cut off at the end cannot be seen from the list
	// itself: compare the hash with one that was noted earlier.
	CheckRemovals(ctx context.Context) (last string, err error)
}

// StaleFiles knows which files outside of the record hold something that was removed from it. It is noted in the transaction
// that begins to remove, so that no crash leaves the files behind.
type StaleFiles interface {
	// StaleFiles lists the sessions whose exported files hold something that was removed.
	StaleFiles(ctx context.Context) ([]string, error)
	// FilesRemoved notes that the files of a session are gone.
	FilesRemoved(ctx context.Context, session string) error
	// StaleSounds lists the sessions of which a clip has expired: what was exported of their sound is to go too.
	StaleSounds(ctx context.Context) ([]string, error)
	// SoundsRemoved notes that no exported file holds sound of a session any more.
	SoundsRemoved(ctx context.Context, session string) error
}

// CheckRemovals follows the chain of a list of removals, for Removals.CheckRemovals.
func CheckRemovals(all []models.Removal) (last string, err error) {
	for i, r := range all {
		if r.ID != int64(i+1) || r.Hash != r.Link(last) {
			return last, models.WithHint(fmt.Errorf("store: the list of removals is %w: entry %d was changed, or one before it is missing",
				ErrCorrupt, i+1), "somebody wrote to the database with another program: compare it with a backup")
		}
		last = r.Hash
	}
	return last, nil
}
