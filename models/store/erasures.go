package store

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
)

// Erasures erases data. Each implementation documents what that means for the bytes on disk.
type Erasures interface {
	// Erase erases a session, a person or a room, and leaves an entry in Removals. Of a person it removes the lines, clips, flags,
	// gaps and the name in every session, and the summaries of these sessions, which may quote. It works in small transactions; if
	// interrupted, it is resumed by Erasing or the next start of the program.
	//
	// models.ErrNotFound: no such data is stored. models.ErrUnavailable: the data can no longer be found, but not every byte of it
	// was removed before ctx ended; Erasing does the rest later.
	Erase(ctx context.Context, e models.Erasure) error
	// ErasePerson erases the person behind an identity under all their identities, as Erase does for each.
	ErasePerson(ctx context.Context, room, speaker, by string) error
	// Erasing carries out erasures requested by another process or interrupted, and returns their number.
	Erasing(ctx context.Context) (int, error)
	// Sweep removes what is older at now than the policy allows, counting from when it was said, and expired links. It works in
	// small transactions; an interrupted sweep is completed by the next one. Each session from which it removes something gets an
	// entry in Removals.
	Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error)
}

// Removals is the log of removals.
type Removals interface {
	// Removals lists the removals, oldest first.
	Removals(ctx context.Context) ([]models.Removal, error)
	// CheckRemovals verifies the hash chain of the removals and returns its last hash; "" if there are none. An error that wraps
	// ErrCorrupt names the first wrong entry. Entries missing at the end can't be detected from the list alone: compare the hash
	// with one recorded earlier.
	CheckRemovals(ctx context.Context) (last string, err error)
}

// StaleFiles tracks exported files that contain removed data. They are recorded in the transaction that begins the removal, so that
// no crash leaves the files behind. Places are the folders of processes that share a store; each removes what lies in its own. Sessions
// of whose files no place is known are listed for all, "" included, and are done when one says so.
type StaleFiles interface {
	// NoteExport records that files of a session are about to be written in a place.
	NoteExport(ctx context.Context, session, place string) error
	// StaleFiles lists the sessions whose exported files in a place contain removed data.
	StaleFiles(ctx context.Context, place string) ([]string, error)
	// FilesRemoved records that the files of a session have been removed from a place.
	FilesRemoved(ctx context.Context, session, place string) error
	// StaleSounds lists the sessions with expired clips, whose exported audio is to be removed from a place too.
	StaleSounds(ctx context.Context, place string) ([]string, error)
	// SoundsRemoved records that exported files in a place no longer contain audio of a session.
	SoundsRemoved(ctx context.Context, session, place string) error
	// ExportsWaiting counts the sessions of which something is still to be removed in some known place.
	ExportsWaiting(ctx context.Context) (int, error)
}

// CheckRemovals implements Removals.CheckRemovals for a list.
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
