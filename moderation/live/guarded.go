package live

import (
	"runtime/debug"

	"earshot/models"
	"earshot/moderation/engine"
)

// guarded does something with a session's judge; the caller holds the session's lock. A rule or matcher that panics costs
// what it was to judge, and nothing else: the log says which line, and how often that happened is counted.
func (d *Desk) guarded(j *judged, key string, do func()) {
	defer func() {
		if recover() == nil { // its value may quote what was said
			return
		}
		d.panics.Add(1)
		d.log.Error("a rule failed; what it was to judge is not judged", "session", j.session.ID, "key", key, "stack", string(debug.Stack()))
	}()
	do()
}

// decide judges a line; the caller holds the session's lock.
func (d *Desk) decide(j *judged, u models.Utterance) (out engine.Outcome) {
	if j.judge != nil {
		d.guarded(j, u.Key.String(), func() { out = j.judge.Decide(u) })
	}
	return out
}

// Unjudged counts what could not be judged because a rule failed.
func (d *Desk) Unjudged() uint64 { return d.panics.Load() }
