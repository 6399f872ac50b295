package engine

import (
	"cmp"
	"slices"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
)

// Replay runs a set of rules over what was stored, to see what it would have done. It is used by one goroutine.
type Replay struct {
	set     *Set
	session *Session
	rows    map[string]*ReplayRow
	flags   map[models.Key][]models.Flag
	// observes says that some rule looks at the floor, the sound or the room.
	observes bool
	// Lines and Sessions count what was replayed.
	Lines, Sessions int
}

// ReplayRow is what one rule would have done.
type ReplayRow struct {
	Rule string `json:"rule"`
	Pack string `json:"pack"`
	// Fired counts the flags, WouldEnforce those that would have reached the host or the room.
	Fired        int `json:"fired"`
	WouldEnforce int `json:"would_enforce"`
	// Confirmed and Dismissed count the flags at lines where a host confirmed or dismissed a flag: of the same rule, or of any
	// when this rule was not there yet.
	Confirmed int `json:"confirmed"`
	Dismissed int `json:"dismissed"`
}

// Precision is the share of a rule's answered flags that hosts confirmed; ok is false when none was answered.
func (r ReplayRow) Precision() (share float64, ok bool) {
	n := r.Confirmed + r.Dismissed
	if n == 0 {
		return 0, false
	}
	return float64(r.Confirmed) / float64(n), true
}

// NewReplay begins a replay.
func NewReplay(set *Set) *Replay {
	r := &Replay{set: set, rows: map[string]*ReplayRow{}}
	for _, x := range set.rules {
		r.rows[x.ID] = &ReplayRow{Rule: x.ID, Pack: x.pack}
		r.observes = r.observes || x.observed()
	}
	return r
}

// Session goes on with another session: who was there, and the flags that were raised at the time.
func (r *Replay) Session(session models.Session, people []models.Speaker, flags []models.Flag) {
	r.Sessions++
	r.session = NewSession(r.set, session)
	r.flags = map[models.Key][]models.Flag{}
	for _, p := range people {
		r.session.Person(p)
	}
	for _, f := range flags {
		r.flags[f.Utterance] = append(r.flags[f.Utterance], f)
	}
}

// Line judges the next line of the session; lines come in the order in which they were spoken. Lateness is left out of
// account, for it was not the rules' fault. Who had the floor is taken from the times of the words; music, noise, clipping
// and the events of a room are not stored, so that rules on them stay silent.
func (r *Replay) Line(u models.Utterance) {
	r.Lines++
	u.LateMS = 0
	out := r.session.Decide(u)
	for _, f := range out.Flags {
		r.count(f.Rule, f.Mode != models.ModeWatch, r.answer(u.Key, f.Rule))
	}
	r.confirm(out.Decisions, u)
	if !r.observes {
		return
	}
	o := models.Observation{AtMS: u.EndMS, SpeakerID: u.SpeakerID, Voiced: spokenIn(u)}
	if u.VoicedMS > 0 {
		o.Sound = &models.Sound{Span: models.Span{StartMS: u.StartMS, EndMS: u.EndMS}, LevelDBFS: u.LevelDBFS}
	}
	for _, f := range r.session.Observe(o).Flags {
		r.count(f.Rule, f.Mode != models.ModeWatch, r.answerNear(f))
	}
}

// confirm has points count that a host had confirmed: of what was asked, as it was answered then.
func (r *Replay) confirm(ds []models.Decision, u models.Utterance) {
	for _, d := range ds {
		if d.Ask != models.AskOpen || r.answer(u.Key, d.Rule) != models.FlagConfirmed {
			continue
		}
		out, err := r.session.Answer(d.ID, "host", AnswerConfirm, d.Created)
		if err != nil { // it waits for an opinion or a second look, which nobody gives here
			continue
		}
		for _, f := range out.Flags {
			r.count(f.Rule, f.Mode != models.ModeWatch, r.answer(u.Key, f.Rule))
		}
	}
}

// count counts a flag of a rule.
func (r *Replay) count(rule string, enforces bool, answer models.FlagStatus) {
	row := r.rows[rule]
	row.Fired++
	if enforces {
		row.WouldEnforce++
	}
	switch answer {
	case models.FlagConfirmed:
		row.Confirmed++
	case models.FlagDismissed:
		row.Dismissed++
	}
}

// spokenIn is when somebody spoke in a line, by its words or, without them, as far as is known.
func spokenIn(u models.Utterance) []models.Span {
	var out []models.Span
	for _, w := range u.Words {
		if n := len(out); n > 0 && w.StartMS-out[n-1].EndMS < spokenGap {
			out[n-1].EndMS = max(out[n-1].EndMS, w.EndMS)
			continue
		}
		out = append(out, models.Span{StartMS: w.StartMS, EndMS: w.EndMS})
	}
	if len(out) == 0 && u.VoicedMS > 0 {
		out = append(out, models.Span{StartMS: max(u.StartMS, u.EndMS-u.VoicedMS), EndMS: u.EndMS})
	}
	return out
}

// spokenGap is the pause between two words in which somebody is still speaking, in ms.
const spokenGap = 400

// answerNear is what a host said of a rule's flag that has no line, about the same person at about the same time.
func (r *Replay) answerNear(f models.Flag) models.FlagStatus {
	for _, old := range r.flags[models.Key{Session: f.Session, Epoch: f.Utterance.Epoch}] {
		if near := old.EndMS - f.EndMS; old.Rule == f.Rule && old.SpeakerID == f.SpeakerID && near > -10_000 && near < 10_000 {
			return old.Status
		}
	}
	return models.FlagOpen
}

// answer is what a host said of a rule's flag at a line, or of another's there.
func (r *Replay) answer(k models.Key, rule string) models.FlagStatus {
	flags := r.flags[k]
	if i := slices.IndexFunc(flags, func(f models.Flag) bool { return f.Rule == rule }); i >= 0 {
		return flags[i].Status
	}
	for _, f := range flags {
		if f.Status != models.FlagOpen {
			return f.Status
		}
	}
	return models.FlagOpen
}

// Rows are all rules, those that fired most first.
func (r *Replay) Rows() []ReplayRow {
	out := make([]ReplayRow, 0, len(r.rows))
	for _, row := range r.rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b ReplayRow) int { return cmp.Or(cmp.Compare(b.Fired, a.Fired), cmp.Compare(a.Rule, b.Rule)) })
	return out
}

// Explain judges a line like Judge and says of every rule why it fires or not. With show, words of masked lists stay readable.
func (s *Session) Explain(u models.Utterance, show bool) []Verdict {
	return s.verdicts(u, condition.Manner{Explain: true, Show: show})
}

// Verbs are what the rules of the set may want done in a room, mildest first: to be compared with what the connector can do
// there before the first word.
func (s *Set) Verbs() []models.Verb {
	seen := map[models.Verb]bool{}
	for _, r := range s.rules {
		if r.mode == models.ModeWatch {
			continue
		}
		for _, x := range r.steps {
			switch x := x.(type) {
			case inTheRoom:
				seen[x.order().verb] = true
			case *ask:
				for _, o := range x.Offer {
					if c, err := parseOffer(o); err == nil && c.verb.Rank() > 0 {
						seen[c.verb] = true
					}
				}
			}
		}
	}
	var out []models.Verb
	for v := range seen {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b models.Verb) int { return cmp.Compare(a.Rank(), b.Rank()) })
	return out
}

// Arms reports whether some rule looks at unfinished lines.
func (s *Set) Arms() bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.spoken() && r.On.Arms() })
}

// Arm judges the stable text of a partial and returns the rules that would fire, of those that say on: {partial: arm}. It
// changes nothing: a partial may highlight and start a second look, it never decides.
func (s *Session) Arm(p models.Partial) []RuleInfo {
	if p.Stable == "" || !s.set.Arms() {
		return nil
	}
	u := models.Utterance{Key: p.Key, SpeakerID: p.SpeakerID, SpeakerName: p.SpeakerName, StartMS: p.StartMS, EndMS: p.StartMS, Text: p.Stable}
	who := s.roster.Person(p.SpeakerID)
	sc := s.see(who, condition.Manner{})
	before := slices.DeleteFunc(slices.Clone(who.Within(p.StartMS-s.set.Reach)), func(l match.Utterance) bool { return l.Of.Key == p.Key })
	sc.Look(before, u, match.WordsOf(u))
	var out []RuleInfo
	for _, v := range s.set.judgeAll(sc, func(r *rule) bool { return r.spoken() && r.On.Arms() }) {
		out = append(out, v.rule.info())
	}
	return out
}
