package summary

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"earshot/models"
)

// kind is what a sentence is listed as.
type kind int

const (
	decision kind = iota
	action
	question
	kinds
)

// maxListed is the maximum length of a list. If there are more, those with the clearest cues are kept.
const maxListed = 8

// threshold is the lowest score of a listed sentence. Several combinations of cues reach it, so that one misheard word seldom
// loses a sentence.
const threshold = 0.7

// judged holds a sentence's score for each kind, and as an action who is to do it and by when.
type judged struct {
	scores [kinds]float64
	sure   [kinds]float64 // how likely it is one; 0: not known, but by its score
	task   task
}

// scored is a unit with the score of its kind.
type scored struct {
	unit  int
	score float64
	sure  float64
	task  task
}

// cues are the units of each kind, the surest first.
type cues [kinds][]scored

// findCues finds the decisions, actions and questions. A sentence has at most one kind; most have none.
func (d *document) findCues(l Lists) cues {
	var out cues
	if d.lang == nil {
		return out
	}
	judge := d.lang.judge(d, l)
	for n := range d.units {
		j := judge(n)
		best := decision
		for k := range kinds {
			if j.scores[k] > j.scores[best] {
				best = k
			}
		}
		if j.scores[best] >= threshold {
			if best != action {
				j.task = task{}
			}
			likely := j.sure[best]
			if likely == 0 {
				likely = sure(j.scores[best])
			}
			out[best] = append(out[best], scored{n, j.scores[best] + 0.01*float64(min(10, len(d.units[n].terms))), likely, j.task})
		}
	}
	out[action] = once(d, out[action])
	for k := range out {
		surestFirst(out[k])
		out[k] = onceEach(d, out[k])
		surestFirst(out[k])
	}
	return out
}

func surestFirst(found []scored) {
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
}

// onceEach returns the surest up to maxListed things. What is said several times is one thing, as it was said first, or last if that is
// surer.
func onceEach(d *document, found []scored) (out []scored) {
	var leads []essence
	var last []scored
	for _, f := range found {
		e := essenceOf(d, f)
		i := slices.IndexFunc(leads, func(lead essence) bool { return lead.same(e) })
		switch {
		case i < 0 && len(leads) < maxListed:
			leads, out, last = append(leads, e), append(out, f), append(last, f)
		case i < 0:
		case f.unit < out[i].unit:
			out[i] = f
		case f.unit > last[i].unit:
			last[i] = f
		}
	}
	for i := range out {
		if last[i].score > out[i].score {
			out[i] = last[i]
		}
	}
	return out
}

// essence is what tells a sentence from others of its kind.
type essence struct {
	text    string
	terms   []int    // with a topic
	marks   []string // names, numbers, days
	negated bool
	owner   string
}

// marking are the sets of words without a topic that make a difference: "on Friday", "at nine".
var marking = []map[string]bool{numberWords, dueDays, dueMonths, dueDates, dueNow, idDue}

func essenceOf(d *document, f scored) essence {
	u := &d.units[f.unit]
	e := essence{text: strings.ToLower(u.text), terms: slices.Clone(u.terms), owner: f.task.owner}
	for _, w := range u.each() {
		if d.named[w.low] || strings.ContainsAny(w.low, "0123456789") ||
			slices.ContainsFunc(marking, func(set map[string]bool) bool { return set[w.low] }) {
			e.marks = append(e.marks, w.low)
		}
		e.negated = e.negated != (negations[w.low] || idNot[w.low] || strings.HasSuffix(w.low, "n't"))
	}
	slices.Sort(e.terms)
	slices.Sort(e.marks)
	e.terms, e.marks = slices.Compact(e.terms), slices.Compact(e.marks)
	return e
}

// How alike sentences are that say the same: all words with a topic of the shorter one are in the longer one, which has not many more, or
// nearly all are in both, since a recogniser mishears some.
const (
	addsAtMost  = 0.6
	mostInBoth  = 0.8
	leastShared = 2
)

// same reports whether two sentences say the same.
func (e essence) same(o essence) bool {
	if e.text == o.text {
		return e.owner == o.owner
	}
	if e.negated != o.negated || e.owner != o.owner && e.owner != "" && o.owner != "" {
		return false
	}
	if n := shared(e.marks, o.marks); n < min(len(e.marks), len(o.marks)) {
		return false
	}
	n := shared(e.terms, o.terms)
	fewer, more := min(len(e.terms), len(o.terms)), max(len(e.terms), len(o.terms))
	all := fewer + more - n
	return n >= leastShared && (n == fewer && float64(fewer) >= addsAtMost*float64(more) || float64(n) >= mostInBoth*float64(all))
}

// shared counts what is in both of two lists without repetitions.
func shared[T comparable](a, b []T) (n int) {
	for _, x := range a {
		n += int(is(slices.Contains(b, x)))
	}
	return n
}

// once leaves out of the actions a promise that repeats what somebody was asked for just before: "Yes, I'll send the plans tonight".
func once(d *document, found []scored) []scored {
	var out, asked []scored
	for _, f := range found {
		u := &d.units[f.unit]
		repeats := false
		for _, before := range slices.Backward(asked) {
			ask := &d.units[before.unit]
			if repeats || f.task.asks || u.lines[0]-ask.lines[0] > replyLines+maxJoined { // a sentence has no more lines than words
				break
			}
			repeats = before.task.owner == f.task.owner && u.lines[0]-ask.lines[len(ask.lines)-1] <= replyLines &&
				d.shared(ask, u.lines[0]) > 0
		}
		if f.task.asks {
			asked = append(asked, f)
		}
		if !repeats {
			out = append(out, f)
		}
	}
	return out
}

// judgeOfEnglish judges the sentences of a session in English.
type judgeOfEnglish struct {
	*document
	lists Lists
	spell *speller
	near  *surroundings
}

func newJudge(d *document, l Lists) judgeOfEnglish {
	return judgeOfEnglish{d, l, newSpeller(cueWords(), []map[string]bool{decideVerbs, decideNouns}), d.surroundings()}
}

// judge scores a sentence together with the replies to it: first by its cues, then by all that tells whether the cues are right.
func (d judgeOfEnglish) judge(n int) judged {
	c := d.byCues(n)
	d.weigh(&c.judged, decision, leastCue, d.lists.Decisions, d.lists.DecisionFrom, func() []float64 {
		return d.near.ofDecision(n, &c.sentence, c.choice, c.reply)
	})
	d.weigh(&c.judged, action, threshold, d.lists.Actions, d.lists.ActionFrom, func() []float64 {
		return d.near.ofAction(n, &c.sentence, c.task, c.scores[action], c.reply)
	})
	return c.judged
}

const (
	// leastCue is the lowest score by its cues of a sentence that is weighed.
	leastCue = 0.3
	// fewLines is a session too short for what is said around a sentence to tell much: there, its cues decide.
	fewLines = 30
)

// weigh replaces a score of at least cue, as the cues give it, by one that reaches the threshold if the sentence is as likely one as
// is asked for.
func (d judgeOfEnglish) weigh(j *judged, k kind, cue float64, l Linear, from float64, features func() []float64) {
	if len(l.Weights) == 0 || j.scores[k] < cue || len(d.lines) < fewLines {
		return
	}
	j.sure[k] = 1 / (1 + math.Exp(-l.score(features())))
	j.scores[k] = threshold + j.sure[k] - from
}

// cued is a sentence as judged by its cues.
type cued struct {
	judged
	sentence sentence
	choice   choice
	reply    reply
}

// byCues scores a sentence by its cues and the replies to it.
func (d judgeOfEnglish) byCues(n int) cued {
	s := newSentence(d.document, n, d.spell)
	if len(s.ws) < 4 || s.raw.cutOff() {
		return cued{}
	}
	c := s.decision()
	j := judged{scores: [kinds]float64{decision: c.score, question: s.question()}, task: s.action()}
	j.scores[action] = j.task.score
	if slices.Max(j.scores[:]) < leastCue {
		return cued{judged: j}
	}
	r := d.replyTo(n)
	if r.accepted {
		j.scores[decision] += is(j.scores[decision] > 0.3) * agreedTo
		j.scores[action] += promiseHeard * is(!j.task.asks && j.task.owner == s.speaker && j.scores[action] > 0.3)
	}
	j.scores[decision] -= is(r.refused) * refused
	j.asked(r)
	if line := d.units[n].lines[0]; j.task.due == "" && (beginning(line, len(d.lines), agendaShare) ||
		j.task.role && beginning(line, len(d.lines), rolesShare)) {
		j.scores[action] -= toldFirst
	}
	switch {
	case r.open && !r.answered && j.scores[question] > 0:
		j.scores[question] += 0.3
	default:
		j.scores[question] = 0 // that nobody is heard to answer says little: people nod, or the session ends
	}
	if !d.units[n].whole {
		j.scores[decision] -= 0.3
	}
	c.score = j.scores[decision]
	return cued{j, s, c, r}
}

// asked takes in how others replied to who was asked to do something, or asked whether to do it.
func (j *judged) asked(r reply) {
	switch {
	case !j.task.asks:
		return
	case r.taken != "":
		j.scores[action] += agreedTo
	case r.refused:
		j.scores[action] -= refused
	case j.task.offer:
		j.scores[action] = 0
	}
	if j.task.owner == "" && !j.task.many {
		j.task.owner = r.taken
	}
	if j.task.due == "" {
		j.task.due = r.due
	}
}

// Among the first lines of a long session people announce what they are about to do, and somewhat longer who has which part.
const (
	longSession = 60 // lines
	agendaShare = 0.04
	rolesShare  = 0.2
)

func beginning(line, lines int, share float64) bool {
	return lines >= longSession && float64(line) < share*float64(lines)
}

// shortPromise is how many words a promise has, at most, of which nobody knows what it is about.
const shortPromise = 8

// aboutThat reports whether a sentence says what it is about with a pronoun only: "I'll check on that".
func (u *unit) aboutThat() bool {
	if len(u.said) == 0 || len(u.said) > shortPromise {
		return false
	}
	switch u.glossary.word(u.said[len(u.said)-1]).low {
	case "it", "that", "this", "them":
		return true
	}
	return false
}

// listed quotes the units of one kind, the surest first.
func (d *document) listed(found []scored) []models.SummaryItem {
	out := []models.SummaryItem{}
	for _, f := range found {
		from := d.context(f.unit)
		if from == f.unit && f.task.owner != "" && f.task.due == "" && d.english() && d.units[f.unit].aboutThat() {
			continue
		}
		it := d.quote(from, f.unit)
		it.Sure = math.Round(100*min(mostSure, f.sure)) / 100
		it.Owner, it.Due = d.ownerName(f.task.owner), quotable(f.task.due)
		if f.task.with != "" {
			it.Owner = quotable(d.ownerName(f.task.with) + " and " + it.Owner)
		}
		out = append(out, it)
	}
	return out
}

// sure converts a score to the probability that it is right, roughly as measured on labelled meetings.
func sure(score float64) float64 { return 0.6 + (score-threshold)*0.6 }

// mostSure is the most that a summary says of how likely an item is right.
const mostSure = 0.95

// ownerName returns the name of who is to do something: a speaker's, or else the name as it was said.
func (d *document) ownerName(owner string) string {
	if owner == "" {
		return ""
	}
	for _, u := range d.lines {
		if u.SpeakerID == owner {
			return quotable(u.SpeakerName)
		}
	}
	said := strings.Fields(owner)
	for _, u := range d.lines {
		name := plainWords(words(u.SpeakerName))
		if !slices.ContainsFunc(said, func(w string) bool { return !slices.Contains(name, w) }) {
			return quotable(u.SpeakerName)
		}
	}
	for i, w := range said {
		said[i] = capital(w)
	}
	return quotable(strings.Join(said, " "))
}
