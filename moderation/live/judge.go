package live

import (
	"runtime/debug"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// judge is the rules at work on one session; without rules it finds nothing. It is the session's, and used in its mailbox.
type judge struct {
	*env
	session string          // its id
	rules   *engine.Session // nil: none
}

// guarded does something with the rules. A rule or matcher that panics costs what it was to judge, and nothing else: the log
// says which line, and how often that happened is counted.
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

// observation judges what was noticed otherwise than by words.
func (j *judge) observation(o models.Observation) (out engine.Outcome) {
	if j.rules != nil {
		j.guarded("", func() { out = j.rules.Observe(o) })
	}
	return out
}

// arm lists the rules that look at what is still being said.
func (j *judge) arm(p models.Partial) (ids []string) {
	j.guarded(p.Key.String(), func() {
		for _, r := range j.rules.Arm(p) {
			ids = append(ids, r.ID)
		}
	})
	return ids
}

// person tells the rules who somebody is.
func (j *judge) person(p models.Speaker) {
	if j.rules != nil {
		j.guarded("", func() { j.rules.Person(p) })
	}
}

// began times what happens by one clock, from the session's beginning.
func (j *judge) began(at time.Time) {
	if j.rules != nil {
		j.rules.Began(at)
	}
}

// exchange judges by other rules from now on.
func (j *judge) exchange(set *engine.Set) {
	if j.rules != nil {
		j.rules.SetRules(set)
	}
}

// mostNext bounds the order that is shown: whoever comes later in it waits for their turn to be told.
const mostNext = 8

// floor is the beginning of the order of who spoke least, as it is now.
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
