package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// sceneStep is how often the room is evaluated while a scene plays, in ms: as often as in a live session.
const sceneStep = 1000

// monday is the noon from which times of day in scenes count, unless a scene has a start.
var monday = time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC)

// player plays a scene: successive sessions, on the clock of live ones.
type player struct {
	set      *Set
	session  *Session
	show     bool
	sessions int
	people   map[string]models.Role
	played   int64 // ms of the session
	seq      int
	ledger   []models.LedgerEntry
	found    []Verdict
	open     map[string]models.Decision // by rule: the open ask
	pending  []models.Observation
}

// play judges a scene. Each rule's strongest verdict counts. The error names an event that cannot happen.
func (s *Set) play(c rules.Check, show bool) ([]Verdict, error) {
	start := monday
	if c.Start.Set {
		start = time.Date(
			2026, time.January, 4+int(c.Start.Day), 0, 0, 0, 0, cmp.Or(s.Zone, time.UTC),
		).Add(time.Duration(c.Start.Minutes) * time.Minute)
	}
	p := &player{set: s, show: show, people: map[string]models.Role{}, open: map[string]models.Decision{}}
	p.begin(start)
	at := int64(0)
	for i, e := range c.Scene {
		if e.At >= 0 {
			at = e.At
		}
		if err := p.event(e, at); err != nil {
			return nil, fmt.Errorf("event %d of the scene: %w", i+1, err)
		}
		switch e.Kind {
		case rules.EventSession:
			at = 0
		case rules.EventSay, rules.EventWait:
			at = max(at, p.played)
		case rules.EventTalk, rules.EventSound, rules.EventLanguage:
			at += e.For
		}
	}
	p.until(at)
	sortVerdicts(p.found)
	return p.found, nil
}

// notYet is the reason given for a rule that nothing in the scene was judged by.
const notYet = "nothing in the scene made it hold"

// begin starts a session; the contents of ledgers carry over.
func (p *player) begin(start time.Time) {
	p.sessions++
	p.session = NewSession(p.set, models.Session{ID: fmt.Sprintf("scene%d", p.sessions), Room: "scene", Epoch: 1, Started: start})
	p.session.Restore(nil, p.ledger)
	p.played, p.pending = 0, nil
	for _, id := range slices.Sorted(maps.Keys(p.people)) {
		p.session.Person(models.Speaker{ID: id, Name: id, Role: p.people[id]})
	}
	if p.found == nil {
		for _, r := range p.set.rules {
			p.found = append(p.found, Verdict{
				Rule: r.ID, Pack: r.pack, Hash: r.hash, Level: r.Flag.Level, Mode: r.mode, WhyNot: notYet, rule: r,
			})
		}
	}
}

// event plays one event.
func (p *player) event(e rules.Event, at int64) error {
	who := cmp.Or(e.Who, "someone")
	nobody := e.Kind == rules.EventWait || e.Kind == rules.EventSession || e.Kind == rules.EventAnswer
	if _, ok := p.people[who]; !nobody && (!ok || e.Role != "") {
		p.people[who] = e.Role
		p.session.Person(models.Speaker{ID: who, Name: who, Role: e.Role})
	}
	now := func() time.Time { return p.session.session.Started.Add(time.Duration(at) * time.Millisecond) }
	switch e.Kind {
	case rules.EventSay:
		p.until(at)
		p.say(e, who, at)
	case rules.EventTalk:
		p.talk(who, at, at+e.For)
	case rules.EventSound:
		p.sound(e.Sound, who, at, at+e.For)
	case rules.EventLanguage:
		p.observe(models.Observation{AtMS: at + e.For, SpeakerID: who, Language: &models.LanguageVote{Code: e.Text, P: 1, VoicedMS: e.For}})
	case rules.EventJoin, rules.EventLeave, rules.EventUnmute:
		p.observe(models.Observation{AtMS: at, SpeakerID: who, Event: models.RoomEvent(e.Kind)})
	case rules.EventWait:
		p.until(at + e.For)
	case rules.EventPoints:
		p.enter([]models.LedgerEntry{{
			ID: fmt.Sprintf("scene%d.%d", p.sessions, e.Line), Ledger: e.Text, Person: p.session.ledgers.Owner(e.Text, who),
			Scope: p.session.ledgers.Scope(e.Text), Session: "before", Points: e.Points, By: "scene",
			At: now().Add(-time.Duration(e.For) * time.Millisecond),
		}})
		p.session.Restore(nil, p.ledger)
	case rules.EventAnswer:
		p.until(at)
		ask, ok := p.open[e.Text]
		if !ok {
			return fmt.Errorf("%s has not asked anybody yet", e.Text)
		}
		if answers := append([]string{AnswerConfirm}, ask.Offer...); !slices.Contains(answers, e.Answer) {
			return fmt.Errorf("with: %s does not offer %q: one of %s", e.Text, strict.Shorten(e.Answer), strings.Join(answers, ", "))
		}
		out, err := p.session.Answer(ask.ID, "host", e.Answer, now())
		if err != nil {
			return err
		}
		p.take(out, nil)
	case rules.EventSession:
		p.until(p.end())
		p.begin(p.session.session.Started.Add(time.Duration(p.played+e.For) * time.Millisecond))
	}
	return nil
}

// say judges a line.
func (p *player) say(e rules.Event, who string, at int64) {
	p.seq++
	u := exampleLine(e.Text, e.WordP, at, p.seq)
	u.Session, u.SpeakerID, u.SpeakerName = p.session.session.ID, who, who
	p.talk(who, u.StartMS, u.EndMS)
	p.until(u.EndMS)
	p.line(u)
	p.played = max(p.played, u.EndMS)
}

// line judges a line and applies its outcome.
func (p *player) line(u models.Utterance) {
	vs := p.session.verdicts(u, condition.EvalOptions{Explain: true, Show: p.show})
	vs = slices.DeleteFunc(vs, func(v Verdict) bool { return v.Fired && !v.rule.spoken() }) // these are reported by the clock
	var out Outcome
	if fired := slices.DeleteFunc(slices.Clone(vs), func(v Verdict) bool { return !v.Fired }); len(fired) > 0 {
		p.session.decide(p.session.roster.Person(u.SpeakerID), u, fired, p.session.created(u), &out)
	}
	p.take(out, vs)
}

// talk lets somebody speak for a time, in segments as the voice detector finds them.
func (p *player) talk(who string, from, to int64) {
	for at := from; at < to; at += sceneStep {
		end := min(at+sceneStep, to)
		p.observe(models.Observation{
			AtMS: end, SpeakerID: who, Voiced: []models.Span{{StartMS: at, EndMS: end}},
			Sound: &models.Sound{Span: models.Span{StartMS: at, EndMS: end}, LevelDBFS: -25},
		})
	}
}

// sound gives somebody's track certain sound properties for a time.
func (p *player) sound(h rules.Heard, who string, from, to int64) {
	for at := from; at < to; at += sceneStep {
		end := min(at+sceneStep, to)
		p.observe(models.Observation{AtMS: end, SpeakerID: who, Sound: &models.Sound{
			Span: models.Span{StartMS: at, EndMS: end}, LevelDBFS: h.Level, Clipped: h.Clipped, Music: h.Music, Noise: h.Noise,
		}})
	}
}

// observe schedules an observation.
func (p *player) observe(o models.Observation) { p.pending = append(p.pending, o) }

// end returns when everything scheduled is over.
func (p *player) end() int64 {
	end := p.played
	for _, o := range p.pending {
		end = max(end, o.AtMS)
	}
	return end
}

// until plays what is scheduled up to a time, and evaluates the room every second of it. At the end of the scene, everything has
// been played.
func (p *player) until(at int64) {
	slices.SortStableFunc(p.pending, func(a, b models.Observation) int { return cmp.Compare(a.AtMS, b.AtMS) })
	i := 0
	for next := p.played + sceneStep; next <= at || i < len(p.pending) && p.pending[i].AtMS <= at; {
		if i < len(p.pending) && p.pending[i].AtMS <= min(next, at) {
			p.take(p.session.Observe(p.pending[i]), nil)
			i++
			continue
		}
		p.played = next
		p.take(p.session.Observe(models.Observation{AtMS: next}), nil)
		next += sceneStep
	}
	p.pending = slices.Delete(p.pending, 0, i)
	p.played = max(p.played, at)
}

// take applies an outcome: verdicts of a line, flags of anything else.
func (p *player) take(out Outcome, vs []Verdict) {
	p.enter(out.Ledger)
	for _, d := range out.Decisions {
		if d.Ask == models.AskOpen {
			p.open[d.Rule] = d
		}
	}
	for _, f := range out.Flags {
		v := Verdict{
			Rule: f.Rule, Pack: f.Pack, Hash: f.Hash, Fired: true, Level: f.Level, Mode: f.Mode, WouldEnforce: f.Mode != models.ModeWatch,
			Title: f.Title, Why: f.Why, rule: p.set.rule(f.Rule),
		}
		if i := slices.IndexFunc(vs, func(of Verdict) bool { return of.Rule == f.Rule && of.Fired }); i >= 0 {
			why := v.Why
			if v = vs[i]; f.Mode != v.Mode {
				v.Mode, v.Why, v.WouldEnforce = f.Mode, why, f.Mode != models.ModeWatch
			}
		}
		p.found = strongest(p.found, []Verdict{v})
	}
	for i, so := range p.found {
		if j := slices.IndexFunc(vs, func(v Verdict) bool { return v.Rule == so.Rule }); j >= 0 && !so.Fired && !vs[j].Fired &&
			so.WhyNot == notYet {
			p.found[i].WhyNot = vs[j].WhyNot
		}
	}
}

// enter keeps what ledgers hold for the sessions that follow.
func (p *player) enter(entries []models.LedgerEntry) { p.ledger = append(p.ledger, entries...) }

// storyOf describes a scene in one line.
func storyOf(events []rules.Event) string {
	parts := make([]string, len(events))
	for i, e := range events {
		switch {
		case e.Kind == rules.EventSay:
			parts[i] = e.Text
		case e.Who != "":
			parts[i] = e.Kind + " " + e.Who
		default:
			parts[i] = e.Kind
		}
	}
	return strings.Join(parts, " | ")
}

// exampleLine returns a line as if it had been recognised perfectly, with 300 ms for each word.
func exampleLine(text string, wordP float64, at int64, seq int) models.Utterance {
	u := models.Utterance{
		Key: models.Key{Session: "example", Epoch: 1, Track: "example", Seq: seq}, State: models.UtteranceOK, Text: text, StartMS: at,
		Attribution: models.AttributionTrack, SpeakerName: "someone", SpeakerID: "someone",
	}
	for _, f := range strings.Fields(text) {
		u.Words = append(u.Words, models.Word{Text: f, StartMS: at, EndMS: at + 300, P: float32(wordP)})
		at += 300
	}
	u.EndMS, u.VoicedMS = at, at-u.StartMS
	return u
}

// strongest merges the verdicts of a further line into the earlier ones, rule by rule.
func strongest(so, further []Verdict) []Verdict {
	if so == nil {
		return further
	}
	byRule := map[string]Verdict{}
	for _, v := range further {
		byRule[v.Rule] = v
	}
	for i, v := range so {
		w := byRule[v.Rule]
		if w.Fired && (!v.Fired || modeRank(w.Mode) > modeRank(v.Mode)) {
			so[i] = w
		}
	}
	return so
}
