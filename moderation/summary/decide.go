package summary

import "strings"

// What people say when they have decided.
var (
	decideStrong  = englishWords.set("decideStrong")
	decideVerbs   = englishWords.set("decideVerbs")
	decideNouns   = englishWords.set("decideNouns")
	decideGroup   = englishWords.set("decideGroup")
	decideClose   = englishWords.set("decideClose")
	decideBetween = englishWords.set("decideBetween")
	conditions    = englishWords.set("conditions")
	hedges        = englishWords.set("hedges")
	negations     = englishWords.set("negations")
	decideTold    = englishWords.set("decideTold")
	decisionIs    = englishWords.set("decisionIs")
	choiceNot     = englishWords.set("choiceNot")
	choiceIdle    = englishWords.phrases("choiceIdle")
	othersOwn     = englishWords.set("othersOwn")
	relativeEnd   = map[string]bool{"": true, "on": true, "upon": true, "to": true, "about": true, "in": true, "at": true, "last": true}
	decideOther   = englishWords.set("decideElsewhere")
	decideChoice  = englishWords.phrases("decideChoice")
	decideSaid    = englishWords.phrases("decideSaid")
	decideBefore  = englishWords.phrases("decideBefore")
	askedFor      = map[string]bool{"do": true, "does": true, "did": true, "is": true, "it": true, "if": true, "whether": true, "that": true}
	recalls       = map[string]bool{"remember": true, "recall": true, "reminder": true}
	othersDid     = map[string]bool{"they": true, "he": true, "she": true}
)

// How strongly each way of saying so indicates a decision.
const (
	groupDecided = 0.8  // "we decided"
	groupChose   = 0.75 // "the board approved"
	saidDecided  = 0.75 // "that's settled", "the motion passed"
	weChose      = 0.3  // "we chose": mostly about the past
	choiceMade   = 0.45 // "we'll go with", "let's use"
	closing      = 0.25 // "okay, so", "then", "final"

	longTold   = 36 // words; a longer sentence tells a story
	deepInside = 12 // words before what was decided
)

// The kinds of cues of a decision, in the order of the first of decisionCues.
const (
	cueSaid = iota
	cueWe
	cueGroup
	cueChosen
	cueFirst
	cueNoun
	cueChoice
	decidedCues
)

// choice is how clearly a sentence says that the group has decided, by which kind of cue, and at which word.
type choice struct {
	score      float64
	cue, where int
}

// decision scores how clearly a sentence says that the group has decided: explicitly, or by choosing something, to which
// somebody should agree. Questions, wishes, denials and what others decided are not decisions.
func (s *sentence) decision() choice {
	c := s.decided()
	best, where := c.score, c.where
	if best == 0 || s.either || !s.saysWhat() && best != saidDecided {
		return choice{}
	}
	if s.within(decideClose, 0, len(s.ws)) {
		best += 0.1
	}
	if s.within(hedges, 0, where) || s.within(conditions, 0, 14) {
		best -= 0.6
	}
	if s.says(decideBefore) || s.at(0) == "last" || s.decidedIn(where) || s.found(where) {
		best -= 0.6
	}
	if s.raw.brokenOff() || s.raw.quotes() {
		best -= 0.6
	}
	if s.within(decideOther, 0, len(s.ws)) {
		best -= 0.6
	}
	if where > deepInside && len(s.ws) > longTold { // "we had examples where we decided to change it and"
		best -= 0.6
	}
	for i := where + 1; i < where+6; i++ { // "we agreed, well, not unanimously"
		best -= 0.6 * is(negations[s.at(i)] && decideClose[s.at(i+1)])
	}
	c.score = best
	return c
}

// decided finds the clearest cue of a decision in a sentence.
func (s *sentence) decided() choice {
	best := choice{}
	if s.asks || len(s.ws) < 4 || inverted(s.ws) || recalls[s.at(0)] {
		return best
	}
	take := func(v float64, cue, at int) {
		if v > best.score {
			best = choice{v, cue, at}
		}
	}
	if at := s.saysWhere(decideSaid); at >= 0 && !othersDid[s.at(0)] && !s.within(negations, at-4, at) && // "nothing that is final"
		s.at(at+3) != "by" && !askedFor[s.at(at-1)] {
		take(saidDecided, cueSaid, at)
	}
	for i, w := range s.ws {
		switch {
		case decideStrong[w] && s.groupBefore(i):
			take(groupDecided, cueOf(s.within(weOnly, i-5, i), cueWe, cueGroup), i)
		case decideVerbs[w] && s.at(i+1) != "up" && s.groupBefore(i):
			if s.within(weOnly, i-4, i) {
				take(weChose, cueChosen, i)
			} else {
				take(groupChose, cueChosen, i)
			}
		case decideStrong[w] && i == 0 && s.at(1) != "with":
			take(choiceMade, cueFirst, i)
		case decideNouns[w]:
			take(s.decisionNoun(i), cueNoun, i)
		}
	}
	if at := s.saysWhere(decideChoice); at >= 0 && at <= 7 && len(s.raw.terms) > 0 && !s.chosenElsewhere(at) {
		take(choiceMade+closing*is(s.closes()), cueChoice, at)
	}
	return best
}

var weOnly = map[string]bool{"we": true}

func cueOf(first bool, a, b int) int {
	if first {
		return a
	}
	return b
}

// chosenElsewhere reports whether the words at a choice are part of something else: "decide what buttons we are going to use",
// "I'll copy it, let's keep the mails".
func (s *sentence) chosenElsewhere(at int) bool {
	return s.within(choiceNot, at, at+9) || s.says(choiceIdle) || s.within(askWords, at-4, at) || s.at(0) == "i" && s.at(1) == "will"
}

// saysWhat reports whether a sentence names something: "we decided to do it this way" says nothing of what.
func (s *sentence) saysWhat() bool {
	return len(s.raw.terms) > 0 || strings.Contains(s.raw.text, "(link)")
}

// found reports whether a conclusion is how something is, not what to do: "we concluded that there were two ways".
func (s *sentence) found(where int) bool {
	return s.at(where+1) == "that" && (s.at(where+2) == "there" || s.at(where+2) == "it")
}

// decidedIn reports whether a decision is told with where it was made: "we decided in Geneva".
func (s *sentence) decidedIn(where int) bool {
	if in := s.at(where + 1); in != "in" && in != "at" {
		return false
	}
	for _, w := range s.written {
		if place := s.at(where + 2); w.low == place && w.upper || len(place) == 1 {
			return true
		}
	}
	return false
}

// closes reports whether a sentence begins or ends like a conclusion: "so", "then", "instead".
func (s *sentence) closes() bool {
	return s.opened || s.within(decideClose, 0, 3) || s.within(decideClose, len(s.ws)-2, len(s.ws))
}

// groupBefore reports whether the subject of the verb at i is the group: "we have all decided", "the committee unanimously voted".
func (s *sentence) groupBefore(i int) bool {
	if s.within(negations, i-4, i+2) || s.at(i+1) == "yet" || s.at(0) == "are" {
		return false
	}
	for j := i - 1; j >= max(0, i-5); j-- {
		w := s.ws[j]
		if decideGroup[w] {
			if w == "we" && relativeEnd[s.at(i+1)] && !s.apart[j] && (s.at(j-2) == "the" || s.at(j-3) == "the") { // "the update we agreed on"
				return false
			}
			if w != "we" && (s.at(j-1) == "is" || s.at(j-1) == "also") { // "is committee approved"
				return false
			}
			return (!othersOwn[s.at(j-1)] || s.at(j-1) == "the") && !decideTold[s.at(j-1)] && !decideTold[s.at(j-2)]
		}
		if !decideBetween[w] {
			return false
		}
	}
	return false
}

// decisionNoun scores "the decision is", "the motion passed", "our final agreement".
func (s *sentence) decisionNoun(i int) float64 {
	if s.within(negations, i-4, i+4) || s.within(map[string]bool{"i": true}, i-5, i) { // "I know the plan is to"
		return 0
	}
	v := 0.0
	switch s.at(i + 1) {
	case "stands", "then", "no":
		v = 0.45
	case "is":
		v = 0.45 * is(decisionIs[s.at(i+2)])
	case "carries", "carried", "passes", "passed", "fails", "failed":
		v = 0.7
	}
	if v == 0 {
		return 0 // "a general consensus would be great"
	}
	switch s.at(i - 1) {
	case "the", "our", "unanimous", "general", "clear":
		v += 0.3
	case "final":
		v = max(v, 0.5*is(i <= 1)) + 0.3
	default:
		v -= 0.5
	}
	return v
}
