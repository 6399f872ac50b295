package live

import (
	"runtime/debug"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// judge applies the rules to a session; without rules it does nothing. It is used in the session's mailbox only.
type judge struct {
	*env
	session string          // its id
	rules   *engine.Session // nil: none
	// captions reports that the room sees unfinished lines.
	captions bool
}

// guarded calls do, which uses the rules. A panic loses only what was to be judged; it is logged with the line's key, and counted.
func (j *judge) guarded(key string, do func()) {
	defer func() {
		if recover() == nil { // its value may quote what was said
			return
		}
		j.panics.Add(1)
		j.log.Error("a rule failed; what it was to judge is not judged", "session", j.session, "key", key, "stack", string(debug.Stack()))
	}()
	do()
}

// line judges a line.
func (j *judge) line(u models.Utterance) (out engine.Outcome) {
	if j.rules != nil {
		j.guarded(u.Key.String(), func() { out = j.rules.Decide(u) })
	}
	return out
}

// observation judges an observation of audio or a room event.
func (j *judge) observation(o models.Observation) (out engine.Outcome) {
	if j.rules != nil {
		j.guarded("", func() { out = j.rules.Observe(o) })
	}
	return out
}

// arm returns the ids of the rules that match a partial.
func (j *judge) arm(p models.Partial) (ids []string) {
	if j.rules == nil {
		return nil
	}
	j.guarded(p.Key.String(), func() {
		for _, r := range j.rules.Arm(p) {
			ids = append(ids, r.ID)
		}
	})
	return ids
}

// shown returns what of a partial the room may see, where it sees unfinished lines.
func (j *judge) shown(p models.Partial) (text string) {
	switch {
	case !j.captions:
		return ""
	case j.rules == nil:
		return strings.TrimSpace(p.Stable)
	}
	j.guarded(p.Key.String(), func() { text = engine.Shown(j.rules, p) })
	return text
}

// person updates a person in the rules' state.
func (j *judge) person(p models.Speaker) {
	if j.rules != nil {
		j.guarded("", func() { j.rules.Person(p) })
	}
}

// began sets the session's start, with a monotonic reading.
func (j *judge) began(at time.Time) {
	if j.rules != nil {
		j.rules.Began(at)
	}
}

// strikes adds strikes of other sessions that count here.
func (j *judge) strikes(entries []models.LedgerEntry) {
	if j.rules != nil {
		j.guarded("", func() { j.rules.Restore(nil, entries) })
	}
}

// exchange replaces the rules.
func (j *judge) exchange(set *engine.Set) {
	if j.rules != nil {
		j.rules.SetRules(set)
	}
}

// mostNext bounds the list of those who have spoken least.
const mostNext = 8

// floor returns those who have spoken least.
func (j *judge) floor() (f models.Floor) {
	if j.rules == nil {
		return f
	}
	j.guarded("", func() {
		for _, h := range j.rules.LeastHeard(mostNext) {
			f.Next = append(f.Next, models.Talked{SpeakerID: h.ID, SpeakerName: h.Name, TalkMS: h.TalkMS})
		}
	})
	return f
}
