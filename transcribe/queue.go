package transcribe

import (
	"container/heap"
	"time"

	"earshot/models"
)

// job is a clip that waits for a decoder.
type job struct {
	clip models.Clip
	// spoken is when the speech ended, in wall time; deadline is when its text should be there.
	spoken, deadline time.Time
}

// trackKey names a track: one person's stream in one run of a session.
type trackKey struct {
	session string
	epoch   int
	track   string
}

func keyOf(k models.Key) trackKey { return trackKey{k.Session, k.Epoch, k.Track} }

// lane holds the waiting jobs of one track in the order of speech. Only the first may be taken, and the next only after
// it is done: rules read a person's words in order.
type lane struct {
	key   trackKey
	jobs  []job
	busy  bool
	order uint64 // of the first push, to break ties
}

// queue gives out jobs by the earliest deadline. First come, first served would let one long backlog delay everybody's
// words; by deadline, late ones are served first and none starves. The zero value is not usable: see newQueue. Not safe
// for concurrent use.
type queue struct {
	lanes map[trackKey]*lane
	ready laneHeap // lanes with jobs, none of them busy
	known map[models.Key]bool
	count uint64
	// waiting counts queued jobs; audioMS and samples are the length of their clips and of the PCM they hold.
	waiting int
	audioMS int64
	samples int
}

func newQueue() *queue { return &queue{lanes: map[trackKey]*lane{}, known: map[models.Key]bool{}} }

// push adds a job; false says that its clip is queued or being decoded already.
func (q *queue) push(j job) bool {
	if q.known[j.clip.Key] {
		return false
	}
	q.known[j.clip.Key] = true
	k := keyOf(j.clip.Key)
	l := q.lanes[k]
	if l == nil {
		q.count++
		l = &lane{key: k, order: q.count}
		q.lanes[k] = l
	}
	l.jobs = append(l.jobs, j)
	q.waiting++
	q.audioMS += j.clip.DurationMS()
	q.samples += len(j.clip.PCM)
	if len(l.jobs) == 1 && !l.busy {
		heap.Push(&q.ready, l)
	}
	return true
}

// pop takes the job with the earliest deadline; its track gives out no other before done.
func (q *queue) pop() (job, bool) {
	if len(q.ready) == 0 {
		return job{}, false
	}
	l := heap.Pop(&q.ready).(*lane)
	j := l.jobs[0]
	l.jobs[0] = job{}
	l.jobs = l.jobs[1:]
	l.busy = true
	q.waiting--
	q.audioMS -= j.clip.DurationMS()
	q.samples -= len(j.clip.PCM)
	return j, true
}

// done frees the track of a job that pop gave out, and forgets the clip.
func (q *queue) done(j job) {
	delete(q.known, j.clip.Key)
	k := keyOf(j.clip.Key)
	l := q.lanes[k]
	l.busy = false
	if len(l.jobs) == 0 {
		delete(q.lanes, k)
		return
	}
	heap.Push(&q.ready, l)
}

// oldest is the earliest deadline that waits; zero when none does.
func (q *queue) oldest() time.Time {
	var t time.Time
	for _, l := range q.lanes {
		if len(l.jobs) > 0 && (t.IsZero() || l.jobs[0].deadline.Before(t)) {
			t = l.jobs[0].deadline
		}
	}
	return t
}

// laneHeap orders lanes by the deadline of their first job.
type laneHeap []*lane

func (h laneHeap) Len() int { return len(h) }

func (h laneHeap) Less(i, j int) bool {
	a, b := h[i].jobs[0].deadline, h[j].jobs[0].deadline
	return a.Before(b) || a.Equal(b) && h[i].order < h[j].order
}

func (h laneHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

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
