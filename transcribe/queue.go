package transcribe

import (
	"time"

	"earshot/models"
)

// job is a clip that waits for a decoder.
type job struct {
	clip models.Clip
	// queued is when the clip came; spoken is when the speech ended, and deadline when its text should be there.
	queued, spoken, deadline time.Time
	// old says that the speech was long over when the clip came: it was recovered from the spool.
	old bool
	// bare says that the clip's sound was left in the spool and must be fetched.
	bare bool
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
	old   bool // its first clip was recovered from the spool
	jobs  []job
	busy  bool
	stuck bool   // the line of the job that it is busy with can't be stored
	order uint64 // of the first push, to break ties
}

// oldShare: of so many clips one is an old one while others wait too, so that a spool full of them neither delays what
// is said now nor waits for ever.
const oldShare = 4

// queue gives out jobs: those of live speech first, by the earliest deadline while all can be met, and fairly between
// sessions while they can't. First come, first served would let one long backlog delay everybody's words. Not safe for
// concurrent use.
type queue struct {
	lanes map[trackKey]*lane
	// fresh holds the lanes of live speech, old those of recovered clips.
	fresh, old *shelf
	known      map[models.Key]bool
	count      uint64
	turn       int
	// waiting counts queued jobs; audioMS, samples and bytes are the length of their clips and the PCM and Opus they hold.
	waiting        int
	audioMS        int64
	samples, bytes int
}

func newQueue() *queue {
	return &queue{lanes: map[trackKey]*lane{}, fresh: newShelf(), old: newShelf(), known: map[models.Key]bool{}}
}

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
		l = &lane{key: k, order: q.count, old: j.old}
		q.lanes[k] = l
	}
	l.jobs = append(l.jobs, j)
	q.account(j, 1)
	if len(l.jobs) == 1 && !l.busy {
		q.shelfOf(l).put(l)
	}
	return true
}

// account adds a job to the sums, or takes it off with sign -1.
func (q *queue) account(j job, sign int) {
	q.waiting += sign
	q.audioMS += int64(sign) * j.clip.DurationMS()
	q.samples += sign * len(j.clip.PCM)
	q.bytes += sign * len(j.clip.Opus)
	l := q.lanes[keyOf(j.clip.Key)]
	q.shelfOf(l).audioMS += int64(sign) * j.clip.DurationMS()
}

// shelfOf is where a lane waits.
func (q *queue) shelfOf(l *lane) *shelf {
	if l.old {
		return q.old
	}
	return q.fresh
}

// pop takes the job that is most urgent at a time; its track gives out no other before done.
func (q *queue) pop(now time.Time) (job, bool) {
	first, second := q.fresh, q.old
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
	j := l.jobs[0]
	q.account(j, -1)
	l.jobs[0] = job{}
	l.jobs = l.jobs[1:]
	l.busy = true
	return j, true
}

// putBack takes a job again that pop gave out, as the next of its track.
func (q *queue) putBack(j job) {
	l := q.lanes[keyOf(j.clip.Key)]
	l.jobs = append([]job{j}, l.jobs...)
	l.busy = false
	q.account(j, 1)
	q.shelfOf(l).put(l)
}

// ready reports whether a job can be given out.
func (q *queue) ready() bool { return len(q.fresh.ring)+len(q.old.ring) > 0 }

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
	q.shelfOf(l).put(l)
}

// stuck counts the tracks whose latest line can't be stored, and the clips that wait behind those.
func (q *queue) stuck() (lines, behind int) {
	for _, l := range q.lanes {
		if l.stuck {
			lines, behind = lines+1, behind+len(l.jobs)
		}
	}
	return lines, behind
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

// wait returns how long the oldest clip of live speech has been in the queue. Whatever delayed it before that, a slow disk or
// a clock, says nothing about the decoders.
func (q *queue) wait(now time.Time) (longest time.Duration) {
	for _, l := range q.lanes {
		if len(l.jobs) > 0 && !l.old {
			longest = max(longest, now.Sub(l.jobs[0].queued))
		}
	}
	return longest
}
