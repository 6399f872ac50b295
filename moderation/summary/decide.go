package summary

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
	othersOwn     = englishWords.set("othersOwn")
	decideChoice  = englishWords.phrases("decideChoice")
	decideSaid    = englishWords.phrases("decideSaid")
	decideBefore  = englishWords.phrases("decideBefore")
)

// How much the ways tell in which a decision is said.
const (
	groupDecided = 0.8  // "we decided"
	groupChose   = 0.75 // "the board approved"
	saidDecided  = 0.75 // "that's settled", "the motion passed"
	choiceMade   = 0.45 // "we'll go with", "let's use"
	closing      = 0.25 // "okay, so", "then", "final"
)

// decision scores how a sentence says that the group has decided: that it did, in so many words, or that it goes with
// something, which somebody should agree to. What is asked, wished, denied or told of others is none.
func (s *sentence) decision() float64 {
	if s.asks || len(s.ws) < 4 {
		return 0
	}
	best, where := 0.0, 0
	take := func(v float64, at int) {
		if v > best {
			best, where = v, at
		}
	}
	if at := s.saysWhere(decideSaid); at >= 0 {
		take(saidDecided, at)
	}
	for i, w := range s.ws {
		switch {
		case decideStrong[w] && s.groupBefore(i):
			take(groupDecided, i)
		case decideVerbs[w] && s.groupBefore(i):
			take(groupChose, i)
		case decideStrong[w] && i == 0 && s.at(1) != "with":
			take(choiceMade, i)
		case decideNouns[w]:
			take(s.decisionNoun(i), i)
		}
	}
	if at := s.saysWhere(decideChoice); at >= 0 && at <= 7 && len(s.raw.terms) > 0 {
		take(choiceMade+closing*is(s.closes()), at)
	}
	if best == 0 {
		return 0
	}
	if s.within(decideClose, 0, len(s.ws)) {
		best += 0.1
	}
	if s.within(hedges, 0, where) || s.within(conditions, 0, 14) {
		best -= 0.6
	}
	if s.says(decideBefore) {
		best -= 0.3
	}
	return best
}

// closes reports whether a sentence begins or ends as what sums up does: "so", "then", "instead".
func (s *sentence) closes() bool {
	return s.opened || s.within(decideClose, 0, 3) || s.within(decideClose, len(s.ws)-2, len(s.ws))
}

// groupBefore reports whether the verb at i is what the group did: "we have all decided", "the committee unanimously voted".
func (s *sentence) groupBefore(i int) bool {
	if s.within(negations, i-4, i+2) || s.at(i+1) == "yet" {
		return false
	}
	for j := i - 1; j >= max(0, i-5); j-- {
		w := s.ws[j]
		if decideGroup[w] {
			return (!othersOwn[s.at(j-1)] || s.at(j-1) == "the") && !decideTold[s.at(j-1)] && !decideTold[s.at(j-2)]
		}
		if !decideBetween[w] {
			return false
		}
	}
	return false
}

// decisionNoun weighs "the decision is", "the motion passed", "our final agreement".
func (s *sentence) decisionNoun(i int) float64 {
	if s.within(negations, i-4, i+4) {
		return 0
	}
	v := 0.0
	switch s.at(i + 1) {
	case "is", "stands", "then", "no":
		v = 0.45
	case "carries", "carried", "passes", "passed", "fails", "failed":
		v = 0.7
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
