package models

import (
	"time"
)

// SnapshotQuery asks for what is stored of one session.
type SnapshotQuery struct {
	Session string
	// Only holds the query to these rooms: a session in another one is not found.
	Only RoomSet
	// Now is when it is asked: clips that have expired are left out.
	Now time.Time
	// Words asks for lines and gaps too, which are most of a record. Without it they are left empty.
	Words bool
}

// Snapshot is what is stored of one session, read at one moment: no part of it is newer than another.
type Snapshot struct {
	Session  Session
	Speakers []Speaker
	Lines    []Utterance
	Gaps     []Gap
	Flags    []Flag
	// Clips are those of flagged lines, without sound.
	Clips []Evidence
	// Names are the display names that hosts gave in the session's room, by speaker id.
	Names     map[string]string
	Decisions []Decision
	Actions   []Action
	Summaries []Summary // at most one of each kind
}
