package transcribe

import (
	"cmp"
	"slices"
	"time"
)

// quantumMS is how much audio of one session is decoded under backlog before it is another session's turn.
const quantumMS = 4000

// laneSet holds, by session, the lanes that have a job to give out. While the earliest deadline can be met it gives out that
// job; otherwise it gives every session the same share of decoding by deficit round robin (Shreedhar, Varghese: Efficient fair
// queuing, 1996): a room of sixteen speakers must not make a room of two wait sixteen times as long.
type laneSet struct {
	rooms   []*room // those with lanes, in order of arrival
	at      int     // index of the room whose turn it is
	audioMS int64   // queued audio, including that of busy lanes
}

// room is a session with lanes.
type room struct {
	session string
	ready   []*lane
	credit  int64 // ms of audio
	visited bool  // the turn has begun
}

// put adds a lane that has a job and is not busy.
func (s *laneSet) put(l *lane) {
	i := slices.IndexFunc(s.rooms, func(r *room) bool { return r.session == l.key.session })
	if i < 0 {
		i = len(s.rooms)
		s.rooms = append(s.rooms, &room{session: l.key.session})
	}
	s.rooms[i].ready = append(s.rooms[i].ready, l)
}

// take removes and returns the lane whose turn it is, or nil.
func (s *laneSet) take(now time.Time) *lane {
	if len(s.rooms) == 0 {
		return nil
	}
	r := slices.MinFunc(s.rooms, func(a, b *room) int { return byDeadline(a.first(), b.first()) })
	if r.first().jobs[0].deadline.Before(now) {
		r = s.fair()
	}
	l := r.first()
	s.drop(l)
	return l
}

// drop removes a lane.
func (s *laneSet) drop(l *lane) {
	i := slices.IndexFunc(s.rooms, func(r *room) bool { return r.session == l.key.session })
	if i < 0 {
		return
	}
	r := s.rooms[i]
	r.ready = slices.DeleteFunc(r.ready, func(o *lane) bool { return o == l })
	if len(r.ready) == 0 {
		s.remove(r)
	}
}

// fair returns the room whose turn it is. It terminates, since a room gains credit every round.
func (s *laneSet) fair() *room {
	for {
		s.at %= len(s.rooms)
		r := s.rooms[s.at]
		if !r.visited {
			r.visited = true
			r.credit += quantumMS
		}
		if cost := r.first().jobs[0].clip.DurationMS(); cost <= r.credit {
			r.credit -= cost
			return r
		}
		r.visited = false
		s.at++
	}
}

// remove drops a room without lanes; if it returns it does so at the end and without credit.
func (s *laneSet) remove(r *room) {
	i := slices.Index(s.rooms, r)
	s.rooms = slices.Delete(s.rooms, i, i+1)
	if i < s.at {
		s.at--
	}
}

// first returns the room's most urgent lane.
func (r *room) first() *lane { return slices.MinFunc(r.ready, byDeadline) }

// byDeadline orders lanes by the deadline of their first job.
func byDeadline(a, b *lane) int {
	return cmp.Or(a.jobs[0].deadline.Compare(b.jobs[0].deadline), cmp.Compare(a.order, b.order))
}
