package transcribe

import (
	"time"

	"earshot/models"
)

// job is a clip queued for decoding.
type job struct {
	clip models.Clip
	// queued is when the clip was submitted, spoken when the speech ended, deadline when its text is due.
	queued, spoken, deadline time.Time
	old                      bool // recovered from the spool: the speech had ended long before it was submitted
	bare                     bool // its audio was left in the spool and must be fetched
}

// trackKey identifies a track: one speaker's stream in one epoch of a session.
type trackKey struct {
	session string
	epoch   int
	track   string
}

func keyOf(k models.Key) trackKey { return trackKey{k.Session, k.Epoch, k.Track} }

// lane holds the queued jobs of one track in the order of speech. Only the first may be taken, and the next only after it is
// done: rules need a speaker's words in order.
type lane struct {
	key   trackKey
	old   bool // its first clip was recovered from the spool
	jobs  []job
	busy  bool
	stuck bool   // storing the result of its current job keeps failing
	order uint64 // of creation, to break ties
}

// oldShare: while live clips wait too, one clip in this many is a recovered one, so that a full spool neither delays live
// speech nor starves.
const oldShare = 4

// queue gives out jobs, those of live speech first: by earliest deadline while all can be met, and fairly between sessions
// otherwise. First come, first served would let one session's backlog delay every other. Not safe for concurrent use.
type queue struct {
	lanes map[trackKey]*lane
	// live holds the lanes of live speech, old those of recovered clips.
	live, old laneSet
	known     map[models.Key]bool // queued or being decoded
	out       map[models.Key]bool // given out by pop
	count     uint64              // of lanes ever created
	turn      int                 // jobs given out
	// waiting counts queued jobs; audioMS, samples and bytes are the duration of their clips and the PCM and Opus in memory.
	waiting        int
	audioMS        int64
	samples, bytes int
}

func newQueue() *queue {
	return &queue{lanes: map[trackKey]*lane{}, known: map[models.Key]bool{}, out: map[models.Key]bool{}}
}

// push adds a job; it returns false if its clip is queued or being decoded already.
func (q *queue) push(j job) bool {
	if q.known[j.clip.Key] {
		return false
	}
	q.known[j.clip.Key] = true
	k := keyOf(j.clip.Key)
	l := q.lanes[k]
	if l == nil {
		q.count++
		l = &lane{key: k, order: q.count, old: j.old}
		q.lanes[k] = l
	}
	l.jobs = append(l.jobs, j)
	q.account(j, 1)
	if len(l.jobs) == 1 && !l.busy {
		q.setOf(l).put(l)
	}
	return true
}

// account adds a job to the totals, or subtracts it with sign -1.
func (q *queue) account(j job, sign int) {
	q.waiting += sign
	q.audioMS += int64(sign) * j.clip.DurationMS()
	q.samples += sign * len(j.clip.PCM)
	q.bytes += sign * len(j.clip.Opus)
	l := q.lanes[keyOf(j.clip.Key)]
	q.setOf(l).audioMS += int64(sign) * j.clip.DurationMS()
}

// setOf returns the set that a lane waits in.
func (q *queue) setOf(l *lane) *laneSet {
	if l.old {
		return &q.old
	}
	return &q.live
}

// pop takes the most urgent job; its track gives out no other until done or putBack.
func (q *queue) pop(now time.Time) (job, bool) {
	first, second := &q.live, &q.old
	if q.turn%oldShare == oldShare-1 {
		first, second = second, first
	}
	l := first.take(now)
	if l == nil {
		l = second.take(now)
	}
	if l == nil {
		return job{}, false
	}
	q.turn++
	return q.give(l), true
}

// give gives out the first job of a lane that waits in no set.
func (q *queue) give(l *lane) job {
	j := l.jobs[0]
	q.account(j, -1)
	l.jobs[0] = job{}
	l.jobs = l.jobs[1:]
	l.busy, q.out[j.clip.Key] = true, true
	return j
}

// pick gives out a job if it is the first of its track.
func (q *queue) pick(k models.Key) (job, bool) {
	l := q.lanes[keyOf(k)]
	if l == nil || l.busy || l.jobs[0].clip.Key != k {
		return job{}, false
	}
	q.setOf(l).drop(l)
	return q.give(l), true
}

// putBack returns a job that pop gave out; it is the next of its track again.
func (q *queue) putBack(j job) {
	l := q.lanes[keyOf(j.clip.Key)]
	l.jobs = append([]job{j}, l.jobs...)
	l.busy = false
	delete(q.out, j.clip.Key)
	q.account(j, 1)
	q.setOf(l).put(l)
}

// ready reports whether a job can be given out.
func (q *queue) ready() bool { return len(q.live.rooms)+len(q.old.rooms) > 0 }

// done frees the track of a job that pop gave out, and removes the clip from known.
func (q *queue) done(j job) {
	delete(q.known, j.clip.Key)
	delete(q.out, j.clip.Key)
	k := keyOf(j.clip.Key)
	l := q.lanes[k]
	l.busy = false
	if len(l.jobs) == 0 {
		delete(q.lanes, k)
		return
	}
	q.setOf(l).put(l)
}

// stuck counts the tracks whose current result can't be stored, and the clips queued behind those.
func (q *queue) stuck() (lines, behind int) {
	for _, l := range q.lanes {
		if l.stuck {
			lines, behind = lines+1, behind+len(l.jobs)
		}
	}
	return lines, behind
}

// oldest returns the earliest deadline in the queue; zero if it is empty.
func (q *queue) oldest() time.Time {
	var t time.Time
	for _, l := range q.lanes {
		if len(l.jobs) > 0 && (t.IsZero() || l.jobs[0].deadline.Before(t)) {
			t = l.jobs[0].deadline
		}
	}
	return t
}

// wait returns how long the oldest clip of live speech has been queued. What delayed it before that (a slow disk, a wrong
// clock) says nothing about the decoders.
func (q *queue) wait(now time.Time) (longest time.Duration) {
	for _, l := range q.lanes {
		if len(l.jobs) > 0 && !l.old {
			longest = max(longest, now.Sub(l.jobs[0].queued))
		}
	}
	return longest
}
