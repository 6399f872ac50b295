package transcribe

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"earshot/models"
)

func testJob(track string, seq int, deadline int) job {
	return job{
		clip:     models.Clip{Key: models.Key{Session: "s", Epoch: 1, Track: track, Seq: seq}, EndMS: 1000, PCM: make([]float32, 16)},
		deadline: time.Unix(int64(deadline), 0),
	}
}

func TestQueueTakesTheEarliestDeadline(t *testing.T) {
	q := newQueue()
	for _, j := range []job{testJob("a", 1, 30), testJob("b", 1, 10), testJob("c", 1, 20), testJob("d", 1, 20)} {
		if !q.push(j) {
			t.Fatal("refused")
		}
	}
	if q.push(testJob("a", 1, 5)) {
		t.Error("a clip was queued twice")
	}
	if got := q.oldest(); got.Unix() != 10 {
		t.Errorf("oldest deadline %v", got)
	}
	var got string
	for {
		j, ok := q.pop(time.Time{})
		if !ok {
			break
		}
		if q.push(j) {
			t.Error("a clip that is being decoded was queued again")
		}
		got += j.clip.Track
		q.done(j)
	}
	if got != "bcda" {
		t.Errorf("order %q, want bcda", got)
	}
	if q.waiting != 0 || q.audioMS != 0 || q.samples != 0 || len(q.known) != 0 || len(q.lanes) != 0 || !q.oldest().IsZero() {
		t.Errorf("the empty queue holds %+v", q)
	}
}

// Clips of one track are decoded one at a time and in order, whatever their deadlines.
func TestQueueKeepsTheOrderOfATrack(t *testing.T) {
	q := newQueue()
	q.push(testJob("a", 1, 30))
	q.push(testJob("a", 2, 10))
	q.push(testJob("b", 1, 20))
	first, _ := q.pop(time.Time{})
	second, ok := q.pop(time.Time{})
	if first.clip.Track != "b" || !ok || second.clip.Key != testJob("a", 1, 0).clip.Key {
		t.Errorf("got %v, then %v", first.clip.Key, second.clip.Key)
	}
	if j, ok := q.pop(time.Time{}); ok {
		t.Errorf("%v was given out beside its predecessor", j.clip.Key)
	}
	q.done(second)
	if j, ok := q.pop(time.Time{}); !ok || j.clip.Seq != 2 {
		t.Errorf("then %v, %t", j.clip.Key, ok)
	}
}

// Compared with a plain list: whatever is pushed, popped and done, the queue returns the first clip of a lane with the earliest
// deadline.
func TestQueueAgainstAList(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		q, seq := newQueue(), map[string]int{}
		var list, out []job
		for range 100 {
			switch rng.IntN(3) {
			case 0:
				track := string(rune('a' + rng.IntN(5)))
				seq[track]++
				j := testJob(track, seq[track], rng.IntN(20))
				q.push(j)
				list = append(list, j)
			case 1:
				best := -1
				for i, j := range list {
					same := func(o job) bool { return o.clip.Track == j.clip.Track }
					if slices.ContainsFunc(out, same) || slices.IndexFunc(list, same) != i {
						continue
					}
					if best < 0 || j.deadline.Before(list[best].deadline) {
						best = i
					}
				}
				got, ok := q.pop(time.Time{})
				if ok != (best >= 0) || ok && got.deadline != list[best].deadline {
					t.Fatalf("popped %v (%t), the list says %d", got, ok, best)
				}
				if ok {
					list = slices.DeleteFunc(list, func(j job) bool { return j.clip.Key == got.clip.Key })
					out = append(out, got)
				}
			case 2:
				if len(out) > 0 {
					i := rng.IntN(len(out))
					q.done(out[i])
					out = slices.Delete(out, i, i+1)
				}
			}
			if q.waiting != len(list) || q.samples != 16*len(list) {
				t.Fatalf("%d waiting with %d samples, the list has %d", q.waiting, q.samples, len(list))
			}
		}
		slices.SortFunc(list, func(a, b job) int { return cmp.Compare(a.deadline.Unix(), b.deadline.Unix()) })
		if len(list) > 0 && !q.oldest().IsZero() && q.oldest().Before(list[0].deadline) {
			t.Fatal("the oldest deadline is none of the list's")
		}
	}
}
