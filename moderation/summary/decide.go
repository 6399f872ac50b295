package summary

// What people say when they have decided. Each word carries a part of the evidence.
var (
	decideStrong  = englishWords.set("decideStrong")
	decideVerbs   = englishWords.set("decideVerbs")
	decideNouns   = englishWords.set("decideNouns")
	decideGroup   = englishWords.set("decideGroup")
	decideAlone   = englishWords.set("decideAlone")
	decideAfter   = englishWords.set("decideAfter")
	decideClose   = englishWords.set("decideClose")
	hedges        = englishWords.set("hedges")
	negations     = englishWords.set("negations")
	othersOwn     = englishWords.set("othersOwn")
	planVerbs     = englishWords.set("planVerbs")
	passives      = englishWords.set("passives")
	decideFromNow = englishWords.phrases("decideFromNow")
	decideInstead = englishWords.phrases("decideInstead")
	decideWe      = englishWords.phrases("decideWe")
	decideWill    = englishWords.set("decideWill")
)

// decision scores the cues of a decision: who decided (a group, not a person in a story), the word for it, and how the
// sentence goes on. What is only asked, wished or denied is no decision.
func (s *sentence) decision() float64 {
	if s.asks || len(s.ws) < 4 {
		return 0
	}
	best := 0.0
	for i, w := range s.ws {
		v := 0.0
		switch {
		case decideNouns[w]:
			v = s.decisionNoun(i)
		case decideStrong[w]:
			v = 0.6 + s.decidedBy(i)
		case decideVerbs[w]:
			v = 0.45 + s.decidedBy(i)
		case planVerbs[w] && s.at(i+1) == "with":
			v = 0.55 + s.decidedBy(i)
		case w == "stick" || w == "sticking":
			v = 0.4 + s.decidedBy(i)
		}
		best = max(best, v)
	}
	best = max(best, s.changeOfPlan())
	if best > 0 && s.within(decideClose, 0, len(s.ws)) {
		best += 0.1
	}
	return best
}

// decidedBy weighs what stands around a verb at i.
func (s *sentence) decidedBy(i int) float64 {
	v := 0.0
	group := s.within(decideGroup, i-5, i)
	if group {
		v += 0.35
	} else if s.within(decideAlone, i-3, i) {
		v -= 0.6
	} else if othersOwn[s.at(i-2)] {
		v -= 0.4
	}
	if !group && passives[s.at(i-1)] {
		v += 0.3
	}
	if decideAfter[s.at(i+1)] {
		v += 0.2
	}
	if i == 0 {
		v += 0.1
	}
	if s.within(negations, i-4, i) || s.at(i+1) == "yet" {
		v--
	}
	if s.within(hedges, i-5, i) || s.at(i-1) == "to" || s.at(i-2) == "to" && s.at(i-1) == "be" {
		v -= 0.8
	}
	return v
}

// decisionNoun weighs "the decision is", "the motion passed", "our final agreement".
func (s *sentence) decisionNoun(i int) float64 {
	v := 0.0
	switch s.at(i + 1) {
	case "is", "was", "stands", "to", "then", "that":
		v = 0.45
	case "carries", "carried", "passes", "passed", "fails", "failed":
		v = 0.7
	}
	switch s.at(i - 1) {
	case "the", "our", "final", "unanimous", "general", "clear", "so":
		v += 0.25
	case "a", "no", "any", "your", "my", "his", "her", "their", "which":
		v -= 0.5
	}
	if s.within(decideGroup, 0, len(s.ws)) {
		v += 0.15
	}
	if decideAfter[s.at(i+2)] || decideAfter[s.at(i+1)] && s.at(i+1) != "was" {
		v += 0.1
	}
	if s.at(i-1) == "final" && !othersOwn[s.at(i-2)] {
		v = max(v, 0.75)
	}
	if s.within(negations, i-4, i) || s.within(hedges, i-5, i) || s.at(i+2) == "not" || s.at(i+3) == "not" {
		v -= 0.9
	}
	return v
}

// changeOfPlan weighs "from now on we will…", "we are dropping the raffle", "we will use cards instead".
func (s *sentence) changeOfPlan() float64 {
	v := 0.0
	switch {
	case s.says(decideFromNow):
		v = 0.55
	case s.says(decideInstead):
		v = 0.4
	}
	if v > 0 && s.says(decideWe) {
		v += 0.2
	}
	if v > 0 && s.within(decideWill, 0, len(s.ws)) {
		v += 0.15
	}
	if s.within(hedges, 0, len(s.ws)) || s.within(negations, 0, len(s.ws)) && v < 0.7 {
		v -= 0.5
	}
	return v
}
