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
	"slices"
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
	out := models.Summary{
		Session: in.Session.ID, Kind: models.SummarySession, SinceMS: in.SinceMS,
		Chapters:   titler{d}.chaptersOf(chapters),
		Highlights: d.highlights(chapters, found, w),
		Decisions:  d.listed(found[decision]),
		Actions:    d.listed(found[action]),
		Questions:  d.listed(found[question]),
		Talk:       talkShares(lines, in.Speakers),
		Digest:     digest(in),
		Lines:      len(lines), LeftOut: d.leftOut, Flagged: d.flagged,
		Basis: Basis(in), Created: in.Now,
	}
	if in.Session.Live() || in.SinceMS > 0 {
		out.Kind = models.SummaryRecap
	}
	for _, u := range lines {
		out.UntilMS = max(out.UntilMS, u.EndMS)
	}
	out.Headline = d.headline(out, lines)
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
const version = "10"

// Basis returns a hash of everything that determines what a summary says: a stored summary with another basis is out of date.
func Basis(in Input) string {
	h := sha256.New()
	e := json.NewEncoder(h) // writing to a hash cannot fail
	_ = e.Encode([]any{version, in.Session.ID, in.Session.Live(), in.SinceMS})
	for _, u := range inOrder(in) {
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

// Ranked returns, in order, the lines of up to each sentences per chapter that look most like highlights, and of everything
// listed as a decision, an action or a question.
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
			out = append(out, *u)
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
	// Utterances, Flags and Actions may come in any order.
	Utterances []models.Utterance
	Flags      []models.Flag
	Actions    []models.Action
	// SinceMS is where the summary begins, in ms from the session's start: lines that ended before it are left out. 0 leaves out nothing.
	SinceMS int64
	// Now is the summary's Created time.
	Now time.Time
}

// inOrder returns the lines with text, without those that ended before SinceMS, in the order they began.
func inOrder(in Input) []*models.Utterance {
	var out []*models.Utterance
	for i := range in.Utterances {
		u := &in.Utterances[i]
		if u.Text != "" && u.State != models.UtteranceFailed && (in.SinceMS <= 0 || u.EndMS > in.SinceMS) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b *models.Utterance) int {
		return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), compareKeys(a.Key, b.Key))
	})
	return out
}

func compareKeys(a, b models.Key) int {
	return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Track, b.Track), cmp.Compare(a.Seq, b.Seq))
}
