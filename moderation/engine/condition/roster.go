package condition

import (
	"cmp"
	"maps"
	"slices"

	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// How far back observations are remembered, in ms.
const (
	maxSound      = 60_000
	maxRoomWindow = 3600_000
)

// Roster is who is or was in the room, with what is remembered about them and the room.
type Roster struct {
	People map[string]*Person
	room   roomState
}

// Person is somebody in the room, with what a session remembers about them.
type Person struct {
	models.Speaker
	lines   []match.Utterance
	clean   bool  // no rule flagged the latest line
	cleanMS int64 // speech that no rule flagged
	floor   floorState
	sound   []models.Sound
	votes   []models.LanguageVote
	said    map[string]int64 // when something was last said, by its name
	since   map[string]int64 // when a rule with for: began to hold
	Held    map[string]int64 // when an observed rule ceased to hold, or holding
	Looked  int64            // when it was last evaluated
}

// NewRoster returns the roster of an empty room.
func NewRoster() *Roster {
	return &Roster{People: map[string]*Person{}, room: roomState{said: map[string]int64{}, left: map[string]bool{}}}
}

// Person returns somebody, adding them if they are unknown.
func (r *Roster) Person(id string) *Person {
	p := r.People[id]
	if p == nil {
		p = &Person{Speaker: models.Speaker{ID: id, FirstMS: -1}, said: map[string]int64{}, since: map[string]int64{}, Held: map[string]int64{}}
		r.People[id] = p
	}
	return p
}

// Holds reports whether a rule has held for that many ms without interruption, given that it holds now.
func (p *Person) Holds(rule string, ms, now int64) bool {
	if ms == 0 {
		return true
	}
	if _, ok := p.since[rule]; !ok {
		p.since[rule] = now
	}
	return now-p.since[rule] >= ms
}

// Broke forgets since when rules have held that no longer hold, or were not evaluated for longer than ms.
func (p *Person) Broke(holds map[string]bool, ms, now int64) {
	maps.DeleteFunc(p.since, func(rule string, _ int64) bool { return !holds[rule] || now-p.Looked > ms })
}

// Talked returns how long somebody has spoken in the session, in ms.
func (p *Person) Talked() int64 { return p.floor.past + length(p.floor.spans) }

// Flagged records that somebody was flagged, for flags: of room:.
func (r *Roster) Flagged(at int64) {
	r.room.flags = append(slices.DeleteFunc(r.room.flags, func(t int64) bool { return t < at-maxRoomWindow }), at)
}

// HasLeft reports whether somebody was present and has left.
func (r *Roster) HasLeft(id string) bool { return r.room.left[id] }

// Talkers returns everybody who spoke within the last minute, by id.
func (r *Roster) Talkers(now int64) []*Person {
	var out []*Person
	for _, p := range r.People {
		if n := len(p.floor.spans); n > 0 && p.floor.spans[n-1].EndMS > now-60_000 {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *Person) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// overlap returns how long a person talked while somebody else did, and how much they talked. Short sounds that don't take the floor
// are ignored.
func (r *Roster) overlap(p *Person, w models.Span) (over, talk int64) {
	var others []models.Span
	for _, other := range r.People {
		if other != p {
			others = append(others, other.floor.held(w)...)
		}
	}
	slices.SortFunc(others, func(a, b models.Span) int { return cmp.Compare(a.StartMS, b.StartMS) })
	mine := p.floor.held(w)
	for _, v := range mine {
		until := v.StartMS
		for _, o := range others {
			from, to := max(o.StartMS, until), min(o.EndMS, v.EndMS)
			if to > from {
				over += to - from
				until = to
			}
		}
	}
	return over, length(mine)
}

// interruptions counts how often a person interrupted within a window: began during another's turn, after which the other stopped
// while the person went on.
func (r *Roster) interruptions(p *Person, w models.Span) int {
	mine := slices.DeleteFunc(p.floor.turns(w.StartMS), func(t models.Span) bool {
		return t.StartMS < w.StartMS || t.EndMS-t.StartMS < holdsFloorFor
	})
	if len(mine) == 0 {
		return 0
	}
	var others [][]models.Span
	for _, other := range r.People {
		if other != p && len(other.floor.spans) > 0 {
			others = append(others, other.floor.turns(w.StartMS))
		}
	}
	n := 0
	for _, t := range mine {
		if slices.ContainsFunc(others, func(turns []models.Span) bool { return interrupted(turns, t, w.EndMS) }) {
			n++
		}
	}
	return n
}

// Spoke records when a person spoke, as known at a time.
func (r *Roster) Spoke(p *Person, at int64, voiced []models.Span) {
	if p.FirstMS < 0 {
		p.FirstMS = at
	}
	for _, v := range voiced {
		p.floor.add(v)
		r.room.voiced = max(r.room.voiced, v.EndMS)
	}
}

// Gone makes everybody count as gone until they are reported again.
func (r *Roster) Gone() {
	for id := range r.People {
		r.room.left[id] = true
	}
}

// Here marks a person as present.
func (r *Roster) Here(p models.Speaker) {
	r.Person(p.ID).Speaker = p
	delete(r.room.left, p.ID)
}

// TakeIn records an observation; votes on a language are weighted by the amount of speech.
func (r *Roster) TakeIn(p *Person, o models.Observation, voteOver int64) {
	r.Spoke(p, o.AtMS, o.Voiced)
	if o.Sound != nil {
		p.sound = append(p.sound, *o.Sound)
		for len(p.sound) > 0 && p.sound[0].EndMS < o.AtMS-maxSound {
			p.sound = p.sound[1:]
		}
	}
	if l := o.Language; l != nil && l.VoicedMS > 0 {
		p.vote(*l, voteOver)
	}
	r.room.event(o)
}

// vote records a vote on a person's language, and forgets votes that are too old.
func (p *Person) vote(v models.LanguageVote, over int64) {
	p.votes = append(p.votes, v)
	var total int64
	for i, old := range slices.Backward(p.votes) {
		if total += old.VoicedMS; total >= over {
			p.votes = slices.Delete(p.votes, 0, i)
			return
		}
	}
}

// Forget removes a line that is passed again.
func (p *Person) Forget(k models.Key) {
	n := len(p.lines)
	if n == 0 || p.lines[n-1].Of.Key != k || k == (models.Key{}) {
		return
	}
	if p.clean {
		p.cleanMS -= p.lines[n-1].Of.VoicedMS
	}
	p.lines = p.lines[:n-1]
}

// maxLines limits what is remembered of one person.
const maxLines = 128

// Remember keeps the current line for as long as a rule may look back at it, in ms; the latest one always, since it may be passed
// again. clean says that no rule flagged it.
func (p *Person) Remember(w *match.Window, clean bool, keep int64) {
	l := w.Lines[len(w.Lines)-1].Utterance
	p.clean = clean
	if clean {
		p.cleanMS += l.Of.VoicedMS
	}
	if keep > 0 {
		l.Tokens = make([]match.Token, 0, len(w.Tokens)-w.Cut)
		for _, t := range w.Tokens[w.Cut:] {
			t.Word -= w.CutAt
			l.Tokens = append(l.Tokens, t)
		}
		old := 0
		for old < len(p.lines) && (p.lines[old].Of.EndMS < l.Of.EndMS-keep || len(p.lines)-old >= maxLines) {
			old++
		}
		p.lines = append(slices.Delete(p.lines, 0, old), l)
		return
	}
	l.Words = nil
	p.lines = append(p.lines[:0], l)
}

// Within returns the lines that end at or after a time.
func (p *Person) Within(since int64) []match.Utterance {
	i := len(p.lines)
	for i > 0 && p.lines[i-1].Of.EndMS >= since && p.lines[i-1].Tokens != nil {
		i--
	}
	return p.lines[i:]
}

// isNew reports whether somebody is new as defined under people:; without a definition nobody is.
func (p *Person) isNew(n *rules.Newcomer, now int64) bool {
	if n == nil || p == nil {
		return false
	}
	first := max(p.FirstMS, 0)
	return now-first < n.InRoom || p.cleanMS < n.CleanSpeech
}

// roomState is what happened in the room.
type roomState struct {
	joins, unmutes []int64
	left           map[string]bool
	said           map[string]int64 // when something was last said, by its name
	flags          []int64          // when lines were flagged
	voiced         int64            // when somebody was last heard
	began          bool
	first          int64
}

func (r *roomState) event(o models.Observation) {
	if !r.began {
		r.began, r.first = true, o.AtMS
	}
	recent := func(ts []int64) []int64 {
		return slices.DeleteFunc(ts, func(t int64) bool { return t < o.AtMS-maxRoomWindow })
	}
	switch o.Event {
	case models.RoomJoin:
		r.joins = append(recent(r.joins), o.AtMS)
		delete(r.left, o.SpeakerID)
	case models.RoomLeave:
		r.left[o.SpeakerID] = true
	case models.RoomUnmute:
		r.unmutes = append(recent(r.unmutes), o.AtMS)
	}
}
