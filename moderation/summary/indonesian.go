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
	idNot      = indonesianWords.set("not")
	idPast     = indonesianWords.set("past")
	idAskFirst = indonesianWords.set("askFirst")
	idSmall    = indonesianWords.phrases("small")
)

// Who does something, in Indonesian.
var (
	idMe      = indonesianWords.set("me")
	idYou     = indonesianWords.set("you")
	idUs      = indonesianWords.set("us")
	idTitles  = indonesianWords.set("titles")
	idBetween = indonesianWords.set("between") // stand between who does something and what: "Ani yang akan"
	idBefore  = indonesianWords.set("before")  // stand before whom it is done for: "ke Ani"
	idLet     = indonesianWords.set("let")
	idYes     = indonesianWords.set("yes")
	idTakes   = indonesianWords.set("takes")
)

// indonesian is a unit made ready for the cues of Indonesian.
type indonesian struct {
	sentence
}

func newIndonesian(d *document, n int) *indonesian {
	u := &d.units[n]
	s := indonesianOf(u.words(), d.named)
	s.raw, s.asks, s.speaker = u, u.asks, d.lines[u.lines[0]].SpeakerID
	return s
}

func indonesianOf(ws []word, people map[string]bool) *indonesian {
	s := &indonesian{sentence{written: ws, people: people}}
	for _, w := range ws {
		s.ws = append(s.ws, strings.ReplaceAll(w.low, "'", ""))
		s.apart = append(s.apart, w.apart)
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
func (s *indonesian) action() task {
	if len(s.ws) < 4 || !s.any(idVerbs) {
		return task{}
	}
	t := s.doer()
	t.due = idTimes{s}.due(t.where)
	t.score = 0.3
	if s.any(idAsk) {
		t.score += 0.35
	}
	if s.any(idWill) {
		t.score += 0.25
	}
	if s.names || s.any(idWho) || t.owner != "" {
		t.score += 0.15
	}
	if s.any(idDue) || s.says(idDueTwo) || t.due != "" {
		t.score += 0.25
	}
	if s.any(idPast) {
		t.score -= 0.5
	}
	return t
}

// doer returns who is to do what the first verb says of which somebody is told to do it.
func (s *indonesian) doer() task {
	first := -1
	for i, w := range s.ws {
		if !idVerbs[w] {
			continue
		}
		if t, ok := s.toldBefore(i); ok {
			t.where = i
			return t
		}
		if first < 0 {
			first = i
		}
	}
	return task{where: max(first, 0)}
}

// toldBefore determines from the words before the verb at i who is to do it: "saya akan", "Ani yang", "tolong", "tugas untuk Ani".
func (s *indonesian) toldBefore(i int) (task, bool) {
	for j := i - 1; j >= 0; j-- {
		w := s.ws[j]
		switch {
		case idMe[w] && !idAsk[s.at(j-1)]:
			return s.joined(task{owner: s.speaker}, j), true
		case s.people[w] && (!idBefore[s.at(j-1)] || idAsk[s.at(j-2)]), s.let(j):
			return s.joined(task{owner: w, asks: s.within(idAsk, j-3, j)}, j), true
		case idUs[w]:
			return task{}, true
		case idYou[w], idAsk[w]:
			return task{owner: s.addressed(), asks: true}, true
		case idBetween[w] || idDue[w] || idParts[w] || idTitles[w] || idNext[w] || s.people[w]:
		default:
			return task{}, false
		}
	}
	return task{}, false
}

// let reports whether the word at j is the name of somebody who is not in the room: "nanti Dewi yang", "biar Dewi".
func (s *indonesian) let(j int) bool {
	k := j - 1
	if idTitles[s.at(k)] {
		k--
	}
	return s.written[j].upper && idLet[s.at(k)] && !idStop[s.ws[j]] && !idVerbs[s.ws[j]] && (k == 0 || s.at(j+1) == "yang")
}

// joined adds who does it together with the one at j: "Budi dan Ani", "saya dan Budi".
func (s *indonesian) joined(t task, j int) task {
	if s.at(j-1) != "dan" && s.at(j-1) != "sama" {
		return t
	}
	switch w := s.at(j - 2); {
	case s.people[w]:
		t.with = w
	case idMe[w]:
		t.with = s.speaker
	}
	return t
}

// addressed returns whom a sentence names at its beginning or end, or "".
func (s *indonesian) addressed() string {
	for i := 0; i < min(3, len(s.ws)); i++ {
		switch w := s.ws[i]; {
		case s.people[w], i+1 < len(s.ws) && s.written[i].upper && !idStop[w] && !idVerbs[w] && s.apart[i+1] && idAsk[s.ws[i+1]]:
			return w
		case !idTitles[w] && !idClosing[w] && !idAsk[w] && !idBetween[w] && !idYou[w]:
			i = len(s.ws)
		}
	}
	last := len(s.ws) - 1
	if s.people[s.at(last)] && (s.apart[last] || !idBefore[s.at(last-1)] && s.at(last-1) != "dan") {
		return s.ws[last]
	}
	return ""
}

// judgeIndonesian scores a unit together with who takes what it asks for.
func judgeIndonesian(d *document, n int) judged {
	s := newIndonesian(d, n)
	t := s.action()
	if t.asks && t.score > 0 && (t.owner == "" || t.due == "") {
		who, due := takenBy(d, n)
		if t.owner == "" {
			t.owner = who
		}
		if t.due == "" && t.owner == who {
			t.due = due
		}
	}
	return judged{scores: [kinds]float64{decision: s.decision(), action: t.score, question: s.question()}, task: t}
}

// takenBy returns the id of who says yes to what a unit asks for, and by when they say they do it.
func takenBy(d *document, n int) (who, due string) {
	u := &d.units[n]
	at := u.lines[len(u.lines)-1]
	for i := at + 1; i < len(d.lines) && i <= at+replyLines && d.lines[i].StartMS-d.lines[at].EndMS <= replyMS; i++ {
		said := indonesianOf(words(d.lines[i].Text), d.named)
		if d.lines[i].SpeakerID == d.lines[at].SpeakerID || len(said.ws) == 0 || said.within(idNot, 0, fullAnswer) {
			continue
		}
		if said.within(idYes, 0, 2) || said.within(idTakes, 0, 2) {
			if len(said.ws) <= shortTaken {
				due = idTimes{said}.due(-1)
			}
			return d.lines[i].SpeakerID, due
		}
	}
	return "", ""
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

// Words of times in Indonesian.
var (
	idDays       = indonesianWords.set("days")
	idRelative   = indonesianWords.set("relative")
	idParts      = indonesianWords.set("parts")
	idUnits      = indonesianWords.set("units")
	idSpans      = indonesianWords.set("spans")
	idNext       = indonesianWords.set("next")
	idEdges      = indonesianWords.set("edges")
	idMonths     = indonesianWords.set("months")
	idNumbers    = indonesianWords.set("numbers")
	idEach       = indonesianWords.set("each")
	idEvents     = indonesianWords.set("events")
	idEventsNext = indonesianWords.set("eventsNext")
	idUntil      = indonesianWords.set("until")
	idLatest     = indonesianWords.phrases("latest")
	idSoon       = indonesianWords.phrases("soon")
	idDueNotOf   = indonesianWords.set("dueNotOf")
)

// idTimes reads the times in a sentence.
type idTimes struct{ *indonesian }

// due returns by when the thing at a word is to be done, as it was said: "paling lambat hari Senin", "besok pagi". What says "until" tells
// it best, then what is said after the thing. The date of something else, "rapat besok", "untuk hari Sabtu", is none.
func (s idTimes) due(where int) string {
	best, rank := "", 0
	for i := 0; i < len(s.ws); i++ {
		n, sure := s.dueAt(i)
		if n == 0 {
			continue
		}
		before := s.at(i - 1)
		past := s.at(i+n) == "lalu" || s.at(i+n) == "kemarin"
		if r := 1 + 2*int(is(sure)) + int(is(i > where)); r > rank && !past && !idDueNotOf[before] && (sure || !idEvents[before]) {
			best, rank = s.shown(i, i+n), r
		}
		i += n - 1
	}
	return best
}

// dueAt returns how many words at i say by when, and whether they begin with a word like "until".
func (s idTimes) dueAt(i int) (n int, sure bool) {
	if n := s.saysAt(i, idSoon); n > 0 {
		return n, true
	}
	from := i + s.saysAt(i, idLatest)
	if idUntil[s.at(from)] {
		from++
	}
	after := from > i
	switch w := s.at(from); {
	case after && idEvents[w]:
		n = 1 + int(is(idEventsNext[s.at(from+1)]))
	case after && (idMonths[w] || idParts[w]):
		n = 1
	default:
		for m := s.timeAt(from); m > 0; m = s.timeAt(from + n) { // "besok jam lima"
			n += m
		}
	}
	if n == 0 {
		return 0, false
	}
	return from - i + n, after
}

// shown returns words as they are written in the sentence.
func (s idTimes) shown(from, to int) string {
	var out []string
	for _, w := range s.written[from:to] {
		out = append(out, w.raw)
	}
	return strings.Join(out, " ")
}

// timeAt returns how many words at i name a time.
func (s idTimes) timeAt(i int) int {
	w, next := s.at(i), s.at(i+1)
	part := func(at int) int { return int(is(idParts[s.at(at)] || idNext[s.at(at)] && s.at(at) != "ini")) }
	switch {
	case w == "hari" && (idDays[next] || next == "minggu" || next == "ini"):
		return 2 + part(i+2)
	case idDays[w] || idRelative[w]:
		return 1 + part(i+1)
	case idUnits[w] && idNext[next], idParts[w] && (next == "ini" || next == "nanti"), w == "nanti" && idParts[next]:
		return 2
	case idEdges[w] && idUnits[next]:
		return 2 + int(is(idNext[s.at(i+2)]))
	case w == "tanggal" && s.counts(i+1):
		return 2 + int(is(idMonths[s.at(i+2)]))
	case (w == "jam" || w == "pukul") && s.counts(i+1):
		return 2 + part(i+2)
	case w == "dalam" && s.counts(i+1) && idSpans[s.at(i+2)]:
		return 3
	case s.counts(i) && idSpans[next] && s.at(i+2) == "lagi":
		return 3
	case idEach[w] && next == "lagi", w == "dalam" && idEach[next]:
		return 2
	}
	return 0
}

func (s idTimes) counts(i int) bool {
	w := s.at(i)
	return idNumbers[w] || w != "" && strings.Trim(w, "0123456789") == ""
}
