package transcribe

import (
	"maps"
	"slices"
	"sync"

	"earshot/models"
)

const (
	// votesNeeded is how many seconds of voiced sound settle a speaker's language: models take a short remark in German
	// for English.
	votesNeeded = 20.0
	// votesKept bounds the seconds that count, so that the vote follows a speaker who changes language.
	votesKept = 60.0
	// leaderShare is the share of the votes that settles it.
	leaderShare = 0.6
	// voteAgain is after how many seconds of voiced sound a settled language is detected anew.
	voteAgain = 30.0
	// firstPrior is the prior of the first configured language, in seconds.
	firstPrior = 2.0
	// maxBallots bounds the speakers remembered.
	maxBallots = 4096
)

// voter identifies a speaker in a session.
type voter struct{ session, speaker string }

// ballot holds a speaker's votes: seconds of voiced sound by language.
type ballot struct {
	votes map[string]float64
	total float64
	since float64 // seconds of sound since the last vote
}

// polls determines each speaker's language by a rolling vote. Its methods may be called from any goroutine.
type polls struct {
	mu     sync.Mutex
	people map[voter]*ballot
}

func newPolls() *polls { return &polls{people: map[voter]*ballot{}} }

// choose completes the options of a decode: with the speaker's language if it is settled, otherwise with the candidates and
// the votes so far. A preview never detects the language. Options that name a language are returned unchanged.
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
	o.Language, o.Prior = "auto", map[string]float64{}
	if b != nil {
		maps.Copy(o.Prior, b.votes)
	}
	if len(o.Languages) > 0 {
		o.Prior[o.Languages[0]] += firstPrior
	}
	return o
}

// count takes a final result as a vote, unless its text is doubtful: noise has no language.
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
		if len(p.people) >= maxBallots { // all start over
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

// leader returns the language with the most votes, or "".
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
