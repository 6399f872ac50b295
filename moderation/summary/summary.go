// Package summary says what a session was about, from its lines alone: a headline, chapters with titles, highlights,
// decisions, actions and questions, who talked how much, and what the rules found. Everything it says about the talk is
// quoted or counted, and every item cites the lines it is based on. No language model is involved, so nothing can be
// invented: the same lines give the same summary, byte for byte.
//
// Doubtful lines are never quoted, nor are lines that a rule flagged or that address a machine rather than the people in the
// room; the summary says how many were left out. Decisions, actions and questions are found by cue words, in English, Indonesian,
// Chinese, Japanese, Korean and Thai, and their lists stay empty in other languages. The rest works in any language, with or
// without spaces between words.
package summary

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// Make summarises a session. It takes about 10 ms per hour of talk and never fails: if nothing was said, the headline says
// so and the lists are empty, never nil. Any number of goroutines may call it.
func Make(in Input) models.Summary { return MakeWith(in, trained) }

// MakeWith is Make with weights other than the built-in ones.
func MakeWith(in Input, w Weights) models.Summary {
	lines := inOrder(in)
	d := newDocument(lines, flaggedLines(in.Flags))
	chapters := d.chapters(w)
	found := d.findCues(w.Lists)
	t := newTitler(d, w.Vocabulary)
	out := models.Summary{
		Session: in.Session.ID, Kind: models.SummarySession, SinceMS: in.SinceMS,
		Chapters:   t.chaptersOf(chapters),
		Highlights: d.highlights(chapters, found, w),
		Decisions:  d.listed(found[decision]),
		Actions:    d.listed(found[action]),
		Questions:  d.listed(found[question]),
		Talk:       talkShares(lines, in.Speakers),
		Digest:     digest(in),
		Lines:      len(lines), LeftOut: d.leftOut, Flagged: d.flagged,
		Basis: basis(in, lines), Created: in.Now,
	}
	if in.Session.Unfinished() || in.SinceMS > 0 {
		out.Kind = models.SummaryRecap
	}
	for _, u := range lines {
		out.UntilMS = max(out.UntilMS, u.EndMS)
	}
	out.Headline = t.headline(out, lines)
	return out
}

// flaggedLines returns the lines with a flag that no host has dismissed.
func flaggedLines(flags []models.Flag) map[models.Key]bool {
	out := map[models.Key]bool{}
	for _, f := range flags {
		if f.Status != models.FlagDismissed {
			out[f.Utterance] = true
		}
	}
	return out
}

// version is part of every basis: changing how summaries are made makes the stored ones out of date.
const version = "14"

// Basis returns a hash of everything that determines what a summary says: a stored summary with another basis is out of date.
func Basis(in Input) string { return basis(in, inOrder(in)) }

func basis(in Input, lines []*line) string {
	h := sha256.New()
	e := json.NewEncoder(h) // writing to a hash cannot fail
	_ = e.Encode([]any{version, in.Session.ID, in.Session.Unfinished(), in.SinceMS})
	for _, u := range lines {
		_ = e.Encode([]any{u.Key, u.SpeakerID, u.SpeakerName, u.StartMS, u.EndMS, u.VoicedMS, u.Text, u.Doubt})
	}
	for _, f := range slices.SortedFunc(slices.Values(in.Flags), func(a, b models.Flag) int { return cmp.Compare(a.ID, b.ID) }) {
		_ = e.Encode([]any{f.ID, f.Utterance, f.Rule, f.Status})
	}
	for _, a := range slices.SortedFunc(slices.Values(in.Actions), func(a, b models.Action) int { return cmp.Compare(a.ID, b.ID) }) {
		_ = e.Encode([]any{a.ID, a.Verb, a.State})
	}
	for _, p := range slices.SortedFunc(slices.Values(in.Speakers), func(a, b models.Speaker) int { return cmp.Compare(a.ID, b.ID) }) {
		_ = e.Encode([]any{p.ID, p.Name})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Ranked returns, in order and with what a summary needs of them, the lines of up to each sentences per chapter that look most like
// highlights, and of everything listed as a decision, an action or a question.
func Ranked(in Input, each int) []models.Utterance {
	d := newDocument(inOrder(in), flaggedLines(in.Flags))
	chosen := make([]bool, len(d.lines))
	take := func(unit int) {
		for _, l := range d.units[unit].lines {
			chosen[l] = true
		}
	}
	chapters := d.chapters(trained)
	v := d.vocabulary()
	sentences := trained.Sentences
	if !d.english() {
		sentences = trained.AnySentences
	}
	taken := make([]int, len(chapters))
	for _, c := range d.candidates(chapters, cues{}, sentences, v, Choice{}, len(d.units)) {
		if taken[c.chapter] < each {
			taken[c.chapter]++
			take(c.unit)
		}
	}
	for _, found := range d.findCues(trained.Lists) {
		for _, f := range found {
			take(f.unit)
		}
	}
	var out []models.Utterance
	for i, u := range d.lines {
		if chosen[i] {
			out = append(out, u.utterance())
		}
	}
	return out
}

// Presentable makes text fit for a summary: one line of at most 280 characters, without links, control characters or
// bidirectional formatting.
func Presentable(s string) string { return quotable(s) }

// Ordinary reports whether a lower-case word is a function word or filler of English, and so not a name.
func Ordinary(w string) bool { return stopWords[w] }

// ForMachines reports whether a text addresses a machine, like "ignore your instructions".
func ForMachines(s string) bool { return talksToMachine(s) }

// Input is what a summary is made from. It is neither changed nor retained.
type Input struct {
	Session  models.Session
	Speakers []models.Speaker
	// Utterances, Flags and Actions may come in any order. Those passed to Add need not be here: they take a third of the memory.
	Utterances []models.Utterance
	Flags      []models.Flag
	Actions    []models.Action
	// SinceMS is where the summary begins, in ms from the session's start: lines that ended before it are left out. 0 leaves out nothing.
	SinceMS int64
	// Now is the summary's Created time.
	Now time.Time

	added  []line
	shared map[string]string // texts that are in many lines
}

// Add adds an utterance, of which only what a summary needs is kept.
func (in *Input) Add(u models.Utterance) {
	if !spoken(&u) {
		return
	}
	if in.shared == nil {
		in.shared = map[string]string{}
	}
	l := lineOf(&u)
	for _, s := range []*string{&l.Session, &l.Track, &l.SpeakerID, &l.SpeakerName, &l.Language} {
		known, ok := in.shared[*s]
		if !ok {
			known = strings.Clone(*s)
			in.shared[known] = known
		}
		*s = known
	}
	in.added = append(in.added, l)
}

// All yields the utterances with text, in no particular order and with what a summary needs of them.
func (in *Input) All() iter.Seq[models.Utterance] {
	return func(yield func(models.Utterance) bool) {
		for i := range in.added {
			if !yield(in.added[i].utterance()) {
				return
			}
		}
		for _, u := range in.Utterances {
			if spoken(&u) && !yield(u) {
				return
			}
		}
	}
}

// inOrder returns the lines with text, without those that ended before SinceMS, in the order they began.
func inOrder(in Input) []*line {
	all := slices.Clip(in.added)
	for i := range in.Utterances {
		if u := &in.Utterances[i]; spoken(u) {
			all = append(all, lineOf(u))
		}
	}
	out := make([]*line, 0, len(all))
	for i := range all {
		if in.SinceMS <= 0 || all[i].EndMS > in.SinceMS {
			out = append(out, &all[i])
		}
	}
	slices.SortFunc(out, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), compareKeys(a.Key, b.Key))
	})
	return out
}

func compareKeys(a, b models.Key) int {
	return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Track, b.Track), cmp.Compare(a.Seq, b.Seq))
}
