package summary

import "strings"

// What people say in Indonesian when they decide, take a task, or ask.
var (
	idStop = indonesianWords.set("stop")

	idDecided  = indonesianWords.phrases("decided")
	idOutcome  = indonesianWords.set("outcome")
	idChoice   = indonesianWords.phrases("choice")
	idClosing  = indonesianWords.set("closing")
	idOnly     = indonesianWords.set("only") // end a choice wherever they stand: "yang kedua saja"
	idOpen     = indonesianWords.set("open")
	idMust     = indonesianWords.phrases("must")
	idVerbs    = indonesianWords.set("verbs")
	idWill     = indonesianWords.set("will")
	idAsk      = indonesianWords.set("ask")
	idWho      = indonesianWords.set("who")
	idDue      = indonesianWords.set("due")
	idDueTwo   = indonesianWords.phrases("dueTwo")
	idPast     = indonesianWords.set("past")
	idAskFirst = indonesianWords.set("askFirst")
	idSmall    = indonesianWords.phrases("small")
)

// indonesian is a unit made ready for the cues of Indonesian.
type indonesian struct {
	sentence
}

func newIndonesian(u *unit, people map[string]bool) *indonesian {
	s := &indonesian{sentence{raw: u, asks: u.asks, people: people}}
	for _, w := range u.words {
		s.ws = append(s.ws, strings.ReplaceAll(w.low, "'", ""))
		s.names = s.names || people[w.low]
	}
	return s
}

func (s *indonesian) any(set map[string]bool) bool { return s.within(set, 0, len(s.ws)) }

// decision scores the cues of a decision that several people took.
func (s *indonesian) decision() float64 {
	if s.asks || len(s.ws) < 3 {
		return 0
	}
	v := 0.0
	switch {
	case s.says(idDecided):
		v = 0.8
	case s.any(idOutcome):
		v = 0.75
	case s.says(idChoice):
		v = 0.45
	}
	if v > 0 && (s.within(idClosing, 0, 2) || s.any(idOnly)) {
		v += 0.3
	}
	if s.within(idOpen, 0, 3) || s.says(idMust) {
		v -= 0.8
	}
	return v
}

// action scores the cues of a task: a verb of doing, who will or should, and until when.
func (s *indonesian) action() float64 {
	if len(s.ws) < 4 || !s.any(idVerbs) {
		return 0
	}
	v := 0.3
	if s.any(idAsk) {
		v += 0.35
	}
	if s.any(idWill) {
		v += 0.25
	}
	if s.names || s.any(idWho) {
		v += 0.15
	}
	if s.any(idDue) || s.says(idDueTwo) {
		v += 0.25
	}
	if s.any(idPast) {
		v -= 0.5
	}
	return v
}

// question scores a question about something.
func (s *indonesian) question() float64 {
	var v float64
	switch {
	case s.asks && s.any(idAskFirst):
		v = 0.95
	case s.asks && len(s.ws) >= 6, !s.asks && idAskFirst[s.at(0)] && len(s.ws) >= 5:
		v = threshold
	default:
		return 0
	}
	if len(s.raw.terms) == 0 || len(s.ws) < 4 {
		v -= 0.5
	}
	if s.says(idSmall) {
		v -= 0.6
	}
	if s.any(idAsk) && s.any(idVerbs) {
		v -= 0.5
	}
	return v
}
