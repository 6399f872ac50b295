package engine

import (
	"cmp"
	"slices"

	"earshot/models"
	"earshot/moderation/engine/condition"
)

// Replay runs a set of rules over stored sessions, to see what it would have done. It is used by one goroutine.
type Replay struct {
	set     *Set
	session *Session
	rows    map[string]*ReplayRow
	flags   Answered
	played  int64 // ms of the session
	// Lines and Sessions count what has been replayed.
	Lines, Sessions int
}

// ReplayRow is what one rule would have done.
type ReplayRow struct {
	Rule string `json:"rule"`
	Pack string `json:"pack"`
	// Fired counts the flags, WouldEnforce those that would have reached the host or the room.
	Fired        int `json:"fired"`
	WouldEnforce int `json:"would_enforce"`
	// Confirmed and Dismissed count flags on lines where a host confirmed or dismissed a flag of the same rule, or of any rule if
	// this rule did not exist yet.
	Confirmed int `json:"confirmed"`
	Dismissed int `json:"dismissed"`
}

// Precision is the share of a rule's decided flags that hosts confirmed; ok is false if none was decided.
func (r ReplayRow) Precision() (share float64, ok bool) {
	n := r.Confirmed + r.Dismissed
	if n == 0 {
		return 0, false
	}
	return float64(r.Confirmed) / float64(n), true
}

// NewReplay starts a replay.
func NewReplay(set *Set) *Replay {
	r := &Replay{set: set, rows: map[string]*ReplayRow{}}
	for _, x := range set.rules {
		r.rows[x.ID] = &ReplayRow{Rule: x.ID, Pack: x.pack}
	}
	return r
}

// Session starts replaying another session, with the people present and the flags raised at the time.
func (r *Replay) Session(session models.Session, people []models.Speaker, flags []models.Flag) {
	r.Sessions++
	r.session, r.played = NewSession(r.set, session), 0
	r.flags = NewAnswered(flags)
	for _, p := range people {
		r.session.Person(p)
	}
}

// Line judges the next line of the session; lines must come in the order in which they were spoken. Lateness is ignored, since rules
// are not responsible for it. Who had the floor is derived from word times, second by second; music, noise, clipping and room events
// are not stored, so rules on them do not fire.
func (r *Replay) Line(u models.Utterance) {
	r.Lines++
	u.LateMS = 0
	out := r.session.Decide(u)
	for _, f := range out.Flags {
		r.count(f.Rule, f.Mode != models.ModeWatch, r.flags.Answer(u.Key, f.Rule))
	}
	r.confirm(out.Decisions, u)
	if r.set.Observes() {
		r.until(u)
	}
}

// mostSilence is how much of the time between two lines is evaluated second by second, in ms: no rule looks further back.
const mostSilence = 24 * 3600_000

// until advances the clock to the end of a line, during which its speaker talks.
func (r *Replay) until(u models.Utterance) {
	voiced, at := spokenIn(u), max(min(r.played, u.StartMS), u.EndMS-mostSilence)
	for at < u.EndMS {
		step := models.Span{StartMS: at, EndMS: min(at+sceneStep, u.EndMS)}
		at = step.EndMS
		o := models.Observation{AtMS: at, SpeakerID: u.SpeakerID}
		for _, v := range voiced {
			if v = clipTo(v, step); v.EndMS > v.StartMS {
				o.Voiced = append(o.Voiced, v)
			}
		}
		if len(o.Voiced) > 0 && u.VoicedMS > 0 {
			o.Sound = &models.Sound{Span: step, LevelDBFS: u.LevelDBFS}
		}
		if len(o.Voiced) > 0 {
			r.take(r.session.Observe(o))
		}
		if at > r.played {
			r.played = at
			r.take(r.session.Observe(models.Observation{AtMS: at}))
		}
	}
}

// take counts the flags of an observation.
func (r *Replay) take(out Outcome) {
	for _, f := range out.Flags {
		r.count(f.Rule, f.Mode != models.ModeWatch, r.answerNear(f))
	}
}

// clipTo returns the part of a span within another.
func clipTo(v, w models.Span) models.Span {
	return models.Span{StartMS: max(v.StartMS, w.StartMS), EndMS: min(v.EndMS, w.EndMS)}
}

// confirm makes points count that a host had confirmed at the time.
func (r *Replay) confirm(ds []models.Decision, u models.Utterance) {
	for _, d := range ds {
		if d.Ask != models.AskOpen || r.flags.Answer(u.Key, d.Rule) != models.FlagConfirmed {
			continue
		}
		out, err := r.session.Answer(d.ID, "host", AnswerConfirm, d.Created)
		if err != nil { // it waits for an opinion or a second look, which does not come in a replay
			continue
		}
		for _, f := range out.Flags {
			r.count(f.Rule, f.Mode != models.ModeWatch, r.flags.Answer(u.Key, f.Rule))
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

// spokenIn returns when somebody spoke in a line, by word times or, without them, as far as is known.
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

// spokenGap is the longest pause between two words that counts as speech, in ms.
const spokenGap = 400

// answerNear returns how a host decided a rule's flag without a line, for the same person at about the same time.
func (r *Replay) answerNear(f models.Flag) models.FlagStatus {
	for _, old := range r.flags[models.Key{Session: f.Session, Epoch: f.Utterance.Epoch}] {
		if near := old.EndMS - f.EndMS; old.Rule == f.Rule && old.SpeakerID == f.SpeakerID && near > -10_000 && near < 10_000 {
			return old.Status
		}
	}
	return models.FlagOpen
}

// Rows returns all rules, those that fired most first.
func (r *Replay) Rows() []ReplayRow {
	out := make([]ReplayRow, 0, len(r.rows))
	for _, row := range r.rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b ReplayRow) int { return cmp.Or(cmp.Compare(b.Fired, a.Fired), cmp.Compare(a.Rule, b.Rule)) })
	return out
}

// Explain judges a line like Judge and says for every rule why it fires or not. With show, words of masked lists stay readable.
func (s *Session) Explain(u models.Utterance, show bool) []Verdict {
	return s.verdicts(u, condition.EvalOptions{Explain: true, Show: show})
}

// Verbs returns the actions that the rules of the set may request in a room, mildest first, to be compared with the connector's
// abilities when the bot joins.
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
