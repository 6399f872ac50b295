// Package taken is what was taken away from a record besides what its list of removals has, told so that it can be taken away again.
package taken

import (
	"slices"

	"earshot/models"
)

// What is what was taken away. The list is closed.
type What string

// What can be taken away.
const (
	Words     What = "words"     // of a person in a session
	User      What = "user"      // all access
	Access    What = "access"    // a user has other access since
	Objected  What = "objected"  // a person is not to be transcribed
	Consented What = "consented" // that was taken back
	Paused    What = "paused"
	Resumed   What = "resumed"
	Server    What = "server" // a room server is not allowed any more
)

// Entry is something that was taken away, told so that it can be taken away again from an older copy of the record. It
// holds no words and no names; a person is a PersonMark.
type Entry struct {
	UID     string                   `json:"uid"`
	At      int64                    `json:"at"`
	By      string                   `json:"by,omitempty"`
	What    What                     `json:"what"`
	Session string                   `json:"session,omitempty"`
	Room    string                   `json:"room,omitempty"`
	Mark    string                   `json:"mark,omitempty"`
	Spans   [][2]int64               `json:"spans,omitempty"` // of the words, in ms
	User    string                   `json:"user,omitempty"`
	Server  string                   `json:"server,omitempty"`
	Access  models.Access            `json:"access,omitempty"`
	Rooms   map[string]models.Access `json:"rooms,omitempty"`
	// Password says that the user's password was changed.
	Password bool `json:"password,omitempty"`
}

// Log is all that was taken away from a record.
type Log struct {
	Removals []models.Removal
	Entries  []Entry
}

// Merge adds what another list has and this one has not.
func (a *Log) Merge(b Log) {
	more := b.Without(*a)
	a.Removals, a.Entries = append(a.Removals, more.Removals...), append(a.Entries, more.Entries...)
}

// Empty says that nothing was taken away.
func (a Log) Empty() bool { return len(a.Removals)+len(a.Entries) == 0 }

// Without is what another list has not.
func (a Log) Without(b Log) (left Log) {
	have := map[string]bool{}
	for _, r := range b.Removals {
		have[r.Hash] = true
	}
	for _, t := range b.Entries {
		have[t.UID] = true
	}
	for _, r := range a.Removals {
		if !have[r.Hash] {
			left.Removals = append(left.Removals, r)
		}
	}
	for _, t := range a.Entries {
		if !have[t.UID] {
			left.Entries = append(left.Entries, t)
		}
	}
	return left
}

// Within reports whether a stretch of time is, or overlaps, one of the redacted words.
func (t Entry) Within(from, to int64) bool {
	return slices.ContainsFunc(t.Spans, func(s [2]int64) bool { return from == s[0] && to == s[1] || from < s[1] && s[0] < to })
}
