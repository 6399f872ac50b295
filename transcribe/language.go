package transcribe

import (
	"maps"
	"slices"
	"sync"

	"earshot/models"
)

const (
	// votesNeeded is how many seconds of voiced sound settle a person's language: from one remark models take German
	// for English.
	votesNeeded = 20.0
	// votesKept is how many seconds count: who changes language is followed in time.
	votesKept = 60.0
	// leaderShare is the share of the votes that settles it.
	leaderShare = 0.6
	// voteAgain is after how many seconds of voiced sound a settled language is looked at again.
	voteAgain = 30.0
	// firstLean is what speaks, in seconds, for the language that is named first before anything was heard.
	firstLean = 2.0
	// maxBallots bounds the people who are remembered.
	maxBallots = 4096
)

// voter names a person in a session.
type voter struct{ session, speaker string }

// ballot is what was heard of a person: seconds of voiced sound by language.
type ballot struct {
	votes map[string]float64
	total float64
	since float64 // seconds of sound since the last vote
}

// polls finds the language of each person by a rolling vote. Its methods may be called from any goroutine.
type polls struct {
	mu     sync.Mutex
	people map[voter]*ballot
}

func newPolls() *polls { return &polls{people: map[voter]*ballot{}} }

// choose fills a decode's options in: the language of the person where it is settled, or else what may be spoken and
// what is known so far. A preview looks at nothing anew. Options with one language are left alone.
func (p *polls) choose(c models.Clip, o Options, preview bool) Options {
	if o.Language != "" && o.Language != "auto" {
		return o
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.people[voter{c.Session, c.SpeakerID}]
	leader := ""
	if b != nil {
		leader = b.leader()
	}
	switch {
	case leader != "" && (preview || b.settled(leader) && b.since < voteAgain):
		o.Language, o.Languages = leader, nil
		return o
	case preview && len(o.Languages) > 0:
		o.Language, o.Languages = o.Languages[0], nil
		return o
	}
	o.Language, o.Lean = "auto", map[string]float64{}
	if b != nil {
		maps.Copy(o.Lean, b.votes)
	}
	if len(o.Languages) > 0 {
		o.Lean[o.Languages[0]] += firstLean
	}
	return o
}

// count takes a final result as a vote, unless its text is doubtful: noise is of no language.
func (p *polls) count(c models.Clip, r Result) {
	seconds := seconds(c.VoicedMS)
	p.mu.Lock()
	defer p.mu.Unlock()
	k := voter{c.Session, c.SpeakerID}
	b := p.people[k]
	switch {
	case b != nil:
	case len(r.Heard) == 0:
		return
	default:
		if len(p.people) >= maxBallots { // whoever speaks on votes anew
			clear(p.people)
		}
		b = &ballot{votes: map[string]float64{}}
		p.people[k] = b
	}
	b.since += seconds
	if len(r.Heard) == 0 || r.Text == "" || len(Doubts(c, r)) > 0 {
		return
	}
	b.since = 0
	for lang, prob := range r.Heard {
		b.votes[lang] += prob * seconds
	}
	b.total += seconds
	if b.total > votesKept {
		for lang := range b.votes {
			b.votes[lang] *= votesKept / b.total
		}
		b.total = votesKept
	}
}

// leader is the language with most votes; "" when there are none.
func (b *ballot) leader() (best string) {
	for _, lang := range slices.Sorted(maps.Keys(b.votes)) {
		if best == "" || b.votes[lang] > b.votes[best] {
			best = lang
		}
	}
	return best
}

func (b *ballot) settled(leader string) bool {
	return b.total >= votesNeeded && b.votes[leader] >= leaderShare*b.total
}
