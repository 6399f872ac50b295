package pages

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/review/web"
)

// evening is how far back a person's record of tonight goes.
const evening = 12 * time.Hour

// card is a pending line with all its flags: one decision answers them together. The embedded flag is the most severe one.
type card struct {
	flagView
	Key    string // the element's id
	Action string // the address that decides it
	Flags  []flagView
	// Before and After are the lines around it.
	Before, After []said
	Wall, In      string // when it was said: by the clock, and from the session's start
	// Tonight is what the person did in this room tonight, or on the page of a session in it. Each decision about one line changes it on
	// all cards of the person: it is not part of the stamp, and is sent alone to a page that has the rest.
	Tonight string `json:"-"`
	Buttons []button
	Claim   *models.Claim // who looks at it
	stamp

	flags []placed
}

// asks returns the cards of the lines of a session about which a host is asked, latest first.
func (p *painter) asks(h models.Snapshot) []*card {
	lines := map[models.Key]models.Utterance{}
	for _, f := range h.Flags {
		if p.known.byFlag[f.ID].Ask == models.AskOpen {
			lines[f.Utterance] = models.Utterance{}
		}
	}
	for _, u := range h.Lines {
		if _, asked := lines[u.Key]; asked {
			lines[u.Key] = u
		}
	}
	var flags []placed
	for _, f := range h.Flags {
		if u, asked := lines[f.Utterance]; asked && (f.Status == models.FlagOpen || f.Status == "") {
			flags = append(flags, p.place(f, u))
		}
	}
	cards := slices.DeleteFunc(cardsOf(flags), func(c *card) bool { return c.Ask == nil })
	said := slices.DeleteFunc(slices.Clone(h.Lines), func(u models.Utterance) bool { return u.Text == "" })
	slices.SortStableFunc(said, func(a, b models.Utterance) int { return cmp.Compare(a.StartMS, b.StartMS) })
	for _, c := range cards {
		p.s.clocks(c)
		p.beside(c, said)
		c.Tonight = tallyText(p.tally(h.Flags, c.flags[0].place.Flag.SpeakerID), "in this session")
	}
	slices.SortStableFunc(cards, func(a, b *card) int { return cmp.Compare(b.At.MS, a.At.MS) })
	return cards
}

// beside adds the neighbouring lines to a card, from those of its session in order.
func (p *painter) beside(c *card, lines []models.Utterance) {
	own := c.flags[0].place.Utterance.Key
	at := slices.IndexFunc(lines, func(u models.Utterance) bool { return u.Key == own })
	if at < 0 {
		return
	}
	for i := max(0, at-2); i <= min(at+1, len(lines)-1); i++ {
		if i == at {
			continue
		}
		who, _ := p.cast.find(lines[i].SpeakerID, lines[i].SpeakerName)
		line := said{who, p.s.moment(p.ses, lines[i].StartMS).Clock, lines[i].Text}
		if i < at {
			c.Before = append(c.Before, line)
		} else {
			c.After = append(c.After, line)
		}
	}
}

// tally counts what somebody did in a session, from its flags.
func (p *painter) tally(flags []models.Flag, speaker string) (t models.Tally) {
	for _, f := range flags {
		if f.SpeakerID != speaker {
			continue
		}
		t.Flags++
		if f.Status == models.FlagConfirmed {
			t.Confirmed++
		}
		d := p.known.byFlag[f.ID]
		if d.Ask != "" {
			t.Asks++
		}
		t.Actions += len(p.known.actions[d.ID])
	}
	return t
}

// clocks sets when a card's line was said.
func (s *Pages) clocks(c *card) {
	p := c.flags[0].place
	into := time.Duration(p.Flag.StartMS) * time.Millisecond
	c.Wall, c.In = p.Session.Started.Add(into).In(s.Location).Format("15:04"), models.Length(into)+" in"
}

// place returns a flag of the painter's session with its line.
func (p *painter) place(f models.Flag, u models.Utterance) placed {
	v := placed{p.flag(f), models.FlagPlace{Flag: f, Session: p.ses, Utterance: u}, p.cast}
	if e, ok := p.clips[f.Utterance]; ok {
		v.place.Evidence = &e
	}
	return v
}

// said is a line next to the one to be decided.
type said struct {
	Who   *person
	Clock string
	Text  string
}

// button is an action on a line. The order of buttons is always the same, so that each keeps its place.
type button struct {
	Name, Value, Label, Key string
	Asked                   bool // a rule asks for it
}

// cardID returns the element id of a line's card.
func cardID(line string) string { return "c-" + line }

// cardsOf groups flags by line, in the order of the first flag of each.
func cardsOf(flags []placed) []*card {
	byLine := map[string]*card{}
	var out []*card
	for _, f := range flags {
		id := f.Session + " " + f.LineID
		c := byLine[id]
		if c == nil {
			c = &card{Key: cardID(f.LineID), Action: f.Address + "/decide"}
			byLine[id], out = c, append(out, c)
		}
		c.flags = append(c.flags, f)
	}
	for _, c := range out {
		c.gather()
	}
	return out
}

// gather computes the summary of a card's flags.
func (c *card) gather() {
	slices.SortStableFunc(c.flags, func(a, b placed) int {
		return cmp.Compare(models.Level(b.Level).Rank(), models.Level(a.Level).Rank())
	})
	var raised []models.Flag
	for _, f := range c.flags {
		c.Flags, raised = append(c.Flags, f.flagView), append(raised, f.place.Flag)
	}
	c.flagView = c.Flags[0]
	c.Ask, c.Actions = nil, nil
	var verbs []offer
	for _, f := range c.Flags {
		c.Open = c.Open || f.Open
		for _, d := range f.Actions {
			if d != unanswered || !slices.Contains(c.Actions, d) { // that nobody answered is told once for all asks
				c.Actions = append(c.Actions, d)
			}
		}
		if f.Verbs != nil {
			verbs = f.Verbs
		}
		if f.Ask.rank() < c.Ask.rank() {
			c.Ask = f.Ask
		}
	}
	if c.Ask != nil { // that one ask has lapsed is not the whole truth while another waits
		c.Actions = slices.DeleteFunc(c.Actions, func(a actionView) bool { return a == unanswered })
	}
	c.Buttons = buttonsOf(c.Flags, verbs)
	p := c.flags[0].place
	c.Line = markMatches(p.Utterance, raised)
	if c.Clip != nil && p.Evidence != nil {
		c.Times = wordTimes(p.Utterance, *p.Evidence)
	}
}

// Pending returns the ids of the open flags, or else of all flags covered by the decision.
func (c *card) Pending() (ids []string) {
	for _, f := range c.Flags {
		if f.Open == c.Open {
			ids = append(ids, f.Flag)
		}
	}
	return ids
}

// Reasons returns the address of why each of the flags was raised.
func (c *card) Reasons() string {
	q := url.Values{"only": {"why"}}
	for _, f := range c.Flags[1:] {
		q.Add("also", f.Flag)
	}
	return "/flags/" + url.PathEscape(c.Flag) + "/card?" + q.Encode()
}

// named is how many rules a card names at its top: the sentence and the buttons must be in sight whatever matched. The others are named
// with their reasons.
const named = 2

// Named returns the most severe flags, which are named at the top.
func (c *card) Named() []flagView { return c.Flags[:min(named, len(c.Flags))] }

// Unnamed counts the flags that are not.
func (c *card) Unnamed() int { return len(c.Flags) - len(c.Named()) }

// buttonsOf returns what a host can do about a line: its asks' offers, and other actions possible in the room.
func buttonsOf(flags []flagView, verbs []offer) (out []button) {
	covered := map[string]bool{}
	for _, f := range flags {
		if f.Ask == nil {
			continue
		}
		for _, x := range f.Ask.Choices {
			if !slices.ContainsFunc(out, func(b button) bool { return b.Value == x.Choice }) {
				out = append(out, button{"choice", x.Choice, x.Label, x.Key, true})
				covered[x.Key] = true
			}
		}
	}
	for _, o := range verbs {
		if !covered[string(o.Verb)] {
			out = append(out, button{"verb", string(o.Verb), o.Label, string(o.Verb), false})
		}
	}
	place := func(b button) int {
		i := slices.Index(places, models.Verb(b.Key))
		if i < 0 {
			i = len(places)
		}
		return i
	}
	slices.SortStableFunc(out, func(a, b button) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Value, b.Value)) })
	return out
}

// places is the order of the buttons, with those that remove somebody far from the thumb.
var places = []models.Verb{
	models.VerbMute, models.VerbWarn, models.VerbNudge, models.VerbToAudience, models.VerbRedact, models.VerbTell, models.VerbRemove,
	models.VerbBan,
}

// surroundAll adds what is needed for a decision: the neighbouring lines, the clock, and what the person did tonight.
func (s flagPages) surroundAll(ctx context.Context, cards []*card) error {
	if len(cards) == 0 {
		return nil
	}
	lines, people := make([]models.Key, len(cards)), map[models.Identity]bool{}
	for i, c := range cards {
		lines[i] = c.flags[0].place.Utterance.Key
		people[c.speaker()] = true
	}
	around, err := s.Desk.Around(ctx, lines)
	if err != nil {
		return err
	}
	tallies, err := s.Desk.Tonight(ctx, slices.Collect(maps.Keys(people)), s.Now().Add(-evening))
	for i, c := range cards {
		s.surround(c, around[lines[i]])
		c.Tonight = tallyText(tallies[c.speaker()], "tonight")
	}
	return err
}

// speaker is who said the card's line.
func (c *card) speaker() models.Identity {
	p := c.flags[0].place
	return models.Identity{Room: p.Session.Room, SpeakerID: p.Utterance.SpeakerID}
}

// surround adds the neighbouring lines, the clock, and who looks at the card.
func (s flagPages) surround(c *card, around []models.Utterance) {
	p, known := c.flags[0].place, c.flags[0].cast
	for _, u := range around {
		who, _ := known.find(u.SpeakerID, u.SpeakerName)
		line := said{who, s.moment(p.Session, u.StartMS).Clock, u.Text}
		if u.StartMS < p.Utterance.StartMS {
			c.Before = append(c.Before, line)
		} else {
			c.After = append(c.After, line)
		}
	}
	s.clocks(c)
	if !c.Open { // whoever decided it looked at it, and no longer does
		return
	}
	if x, ok := s.Desk.Claims.Of(p.Utterance.Key, s.Now()); ok {
		x.By = web.CleanName(x.By)
		c.Claim = &x
	}
}

// tallyText describes what somebody did tonight, or in a session.
func tallyText(t models.Tally, when string) string {
	if t.Flags <= 1 && t.Actions == 0 {
		return "first flag " + when
	}
	out := when + ": " + models.Count(t.Flags, "flag")
	if t.Confirmed > 0 {
		out += fmt.Sprintf(" (%d confirmed)", t.Confirmed)
	}
	for _, x := range []struct {
		n    int
		what string
	}{{t.Asks, "ask"}, {t.Actions, "action"}} {
		if x.n > 0 {
			out += ", " + models.Count(x.n, x.what)
		}
	}
	return out
}
