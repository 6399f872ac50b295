package transcribe

import (
	"container/heap"
	"time"
)

// quantumMS is how much sound of one session is decoded before it is another's turn, under backlog.
const quantumMS = 4000

// shelf holds the lanes that have a job to give out, by session. While the earliest deadline can be met it gives out
// that; else, by deficit round robin (Shreedhar, Varghese: Efficient fair queuing, 1996), as much sound of each
// session as of any other: a room of sixteen must not make a room of two wait sixteen times as long.
type shelf struct {
	rooms   map[string]*room
	ring    []*room // rooms with lanes, in the order in which they came
	at      int     // whose turn it is
	audioMS int64   // that waits, in busy lanes too
}

// room is a session with lanes.
type room struct {
	session string
	ready   laneHeap
	credit  int64 // ms of sound
	visited bool  // the turn has begun
}

func newShelf() *shelf { return &shelf{rooms: map[string]*room{}} }

// put adds a lane that has a job and is not busy.
func (s *shelf) put(l *lane) {
	r := s.rooms[l.key.session]
	if r == nil {
		r = &room{session: l.key.session}
		s.rooms[l.key.session] = r
		s.ring = append(s.ring, r)
	}
	heap.Push(&r.ready, l)
}

// take removes the lane whose turn it is; nil when there is none.
func (s *shelf) take(now time.Time) *lane {
	i := s.earliest()
	if i < 0 {
		return nil
	}
	if s.ring[i].ready[0].jobs[0].deadline.Before(now) {
		i = s.fair()
	}
	r := s.ring[i]
	l := heap.Pop(&r.ready).(*lane)
	if len(r.ready) == 0 {
		s.remove(i)
	}
	return l
}

// earliest is the room with the earliest deadline.
func (s *shelf) earliest() int {
	best := -1
	for i, r := range s.ring {
		if best < 0 || r.ready.before(s.ring[best].ready) {
			best = i
		}
	}
	return best
}

// fair is the room whose turn it is. It ends, since a room gets credit each time around.
func (s *shelf) fair() int {
	for {
		s.at %= len(s.ring)
		r := s.ring[s.at]
		if !r.visited {
			r.visited = true
			r.credit += quantumMS
		}
		if cost := r.ready[0].jobs[0].clip.DurationMS(); cost <= r.credit {
			r.credit -= cost
			return s.at
		}
		r.visited = false
		s.at++
	}
}

// remove lets go of a room without lanes; it comes back at the end of the ring, without credit.
func (s *shelf) remove(i int) {
	delete(s.rooms, s.ring[i].session)
	s.ring = append(s.ring[:i], s.ring[i+1:]...)
	if i < s.at {
		s.at--
	}
}

// laneHeap orders lanes by the deadline of their first job.
type laneHeap []*lane

// before compares the first lanes of two heaps that have some.
func (h laneHeap) before(o laneHeap) bool { return h[0].before(o[0]) }

func (l *lane) before(o *lane) bool {
	a, b := l.jobs[0].deadline, o.jobs[0].deadline
	return a.Before(b) || a.Equal(b) && l.order < o.order
}

func (h laneHeap) Len() int           { return len(h) }
func (h laneHeap) Less(i, j int) bool { return h[i].before(h[j]) }
func (h laneHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is for container/heap.
func (h *laneHeap) Push(x any) { *h = append(*h, x.(*lane)) }

// Pop is for container/heap.
func (h *laneHeap) Pop() any {
	old := *h
	l := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return l
}
