package summary

import (
	"cmp"
	"math"
	"slices"

	"earshot/models"
)

// kind is what a sentence is taken for.
type kind int

const (
	decision kind = iota
	action
	question
	kinds
)

// maxListed is how long the lists are. When there are more, those whose cues are clearest stay.
const maxListed = 8

// threshold is the score from which a cue is believed. The weights of the cues add up to it in more than one way, so that
// a word which was heard wrong seldom loses the sentence.
const threshold = 0.7

// judged is what a sentence may be: its scores, and of an action who is to do it and until when.
type judged struct {
	scores [kinds]float64
	task   task
}

// scored is a unit with the score of its kind.
type scored struct {
	unit  int
	score float64
	task  task
}

// cues are the units of each kind, the surest first.
type cues [kinds][]scored

// findCues sorts the sentences into decisions, actions and questions; most are none of them. A sentence has one kind.
func (d *document) findCues() cues {
	var out cues
	if d.lang == nil {
		return out
	}
	judge := d.lang.judge(d)
	for n := range d.units {
		j := judge(n)
		best := decision
		for k := range kinds {
			if j.scores[k] > j.scores[best] {
				best = k
			}
		}
		if j.scores[best] >= threshold {
			out[best] = append(out[best], scored{n, j.scores[best] + 0.01*float64(min(10, len(d.units[n].terms))), j.task})
		}
	}
	for k := range out {
		slices.SortStableFunc(out[k], func(a, b scored) int { return cmp.Compare(b.score, a.score) })
		out[k] = out[k][:min(maxListed, len(out[k]))]
	}
	return out
}

// judgeEnglish scores a sentence of English with what was answered to it.
func (d *document) judgeEnglish(n int, spell *speller) judged {
	s := newSentence(d, n, spell)
	if len(s.ws) < 4 {
		return judged{}
	}
	j := judged{scores: [kinds]float64{decision: s.decision(), question: s.question()}, task: s.action()}
	j.scores[action] = j.task.score
	if slices.Max(j.scores[:]) < choiceMade-0.1 {
		return j
	}
	r := d.replyTo(n)
	if r.accepted {
		j.scores[decision] += is(j.scores[decision] > 0.3) * agreedTo
		if j.task.asks {
			j.scores[action] += agreedTo
		}
	}
	if j.task.asks && j.task.owner == "" && r.accepted {
		j.task.owner = r.by
	}
	switch {
	case r.open && !r.answered && j.scores[question] > 0:
		j.scores[question] += 0.3
	case r.answered || !r.ended || r.open:
		j.scores[question] = 0 // that nobody is heard to answer says little: people nod
	}
	if !d.units[n].whole {
		j.scores[decision] -= 0.2
	}
	return j
}

// listed quotes the units of one kind, the surest first.
func (d *document) listed(found []scored) []models.SummaryItem {
	out := []models.SummaryItem{}
	for _, f := range found {
		it := d.item(f.unit)
		it.Sure = math.Round(100*sure(f.score)) / 100
		it.Owner, it.Due = d.ownerName(f.task.owner), quotable(f.task.due)
		out = append(out, it)
	}
	return out
}

// sure turns a score into how likely it is right: about what was found on labelled meetings.
func sure(score float64) float64 { return min(0.95, 0.6+(score-threshold)*0.6) }

// ownerName is the name of who is to do something: a speaker's, or the name that was said.
func (d *document) ownerName(owner string) string {
	if owner == "" {
		return ""
	}
	for _, u := range d.lines {
		if u.SpeakerID == owner {
			return quotable(u.SpeakerName)
		}
	}
	for _, u := range d.lines {
		for _, w := range words(u.SpeakerName) {
			if w.low == owner {
				return quotable(u.SpeakerName)
			}
		}
	}
	return capital(quotable(owner))
}
