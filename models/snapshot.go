package models

import "time"

// SnapshotQuery selects what is stored of a session.
type SnapshotQuery struct {
	Session string
	// Only restricts the query to these rooms: a session in another room is not found.
	Only RoomSet
	// Now is the time of the query: clips that have expired are omitted.
	Now time.Time
	// Words includes lines and gaps, which are most of a record.
	Words bool
}

// Snapshot is what is stored of a session, read consistently in one transaction.
type Snapshot struct {
	Session  Session
	Speakers []Speaker
	Lines    []Utterance
	Gaps     []Gap
	Flags    []Flag
	// Clips are those of flagged lines, without audio.
	Clips []Evidence
	// Names are the display names that hosts gave in the session's room, by speaker id.
	Names     map[string]string
	Decisions []Decision
	Actions   []Action
	Summaries []Summary // at most one of each kind
	// Follows is the id of the next session in the same room, if there is one.
	Follows string
	// LeftOut are the speaker ids of those who are not transcribed, at their own request, in a session that is live.
	LeftOut []string
}
