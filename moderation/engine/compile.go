package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// maxRules limits the rules of one set.
const maxRules = 2000

// compiler turns rule files into a set. It records problems and goes on, like the reader.
type compiler struct {
	*condition.Builder
	probs *rules.Problems
	set   *Set
	ids   map[string]*rules.Rule
	trust trust
}

// compile compiles files with their mode and the shipped text model unless options override them. The result is usable only if no
// problem was recorded.
func compile(from *rules.Files, opts LoadOptions, probs *rules.Problems) *Set {
	c := &compiler{
		probs: probs, ids: map[string]*rules.Rule{}, trust: defaultTrust(),
		set: &Set{Settings: condition.NewSettings(), mode: models.ModeSuggest, disk: from.Disk},
	}
	c.Builder = condition.NewBuilder(probs, c.set.Settings, opts.textModel(probs))
	files := from.All()
	c.settings(files)
	c.set.mode, c.set.modes = cmp.Or(opts.Mode, c.set.mode), fileModes(from.Named, opts.Mode)
	for _, f := range files {
		c.set.files = append(c.set.files, f.Name)
		for i := range f.Words {
			c.List(f, &f.Words[i])
		}
	}
	for _, f := range files {
		c.Named(f)
	}
	off := c.switchedOff(files)
	replaced := c.replaced(files)
	for _, f := range files {
		for _, r := range f.Rules {
			if !off[r] && !replaced[r] {
				c.rule(f, r)
			}
		}
	}
	offIDs := map[string]bool{}
	for r := range off {
		offIDs[r.ID] = true
	}
	c.noteUnused(files)
	c.noteConditions(files)
	c.noteExcused(files)
	c.noteNothing(files)
	c.noteRoles(files)
	c.noteForms(files)
	c.wordLists(files)
	c.ladder()
	c.Build()
	c.noteNever(files)
	for _, f := range files {
		c.checks(f, offIDs)
	}
	slices.SortFunc(c.set.rules, func(a, b *rule) int { return cmp.Compare(a.ID, b.ID) })
	c.set.name = setName(from.Named)
	c.set.hash = c.setHash()
	return c.set
}

// setName is the profile of the named files, or their names joined.
func setName(named []*rules.File) string {
	var packs []string
	for _, f := range slices.Backward(named) {
		if f.Profile != "" {
			return f.Profile
		}
		packs = append(packs, f.Pack)
	}
	slices.Reverse(packs)
	return strings.Join(packs, "+")
}

// knownRoles are the roles that rules may name in any room, and people: may add to.
var knownRoles = []models.Role{
	models.RoleHost, models.RoleCohost, models.RoleSpeaker, models.RoleGuest, "keynote", "moderator", "audience",
}

// settings merges people, trust and the mode of files without one; a later file wins key by key.
func (c *compiler) settings(files []*rules.File) {
	people := map[models.Role][]string{}
	for _, f := range files {
		if f.Mode != "" {
			c.set.mode = f.Mode
		}
		maps.Copy(people, f.People)
		c.trust.merge(f.Trust)
		if p := f.Trust.Sound.WordP; p != nil && *p < c.trust.final.wordP {
			c.probs.Add(
				f.Name, f.Trust.Sound.Line, "",
				"sound: word_p: %v has no effect, because final: requires %v of every match: write more than that", *p, c.trust.final.wordP,
			)
		}
		c.roomSettings(f)
	}
	c.set.trust, c.set.SoundP = c.trust, c.trust.sound.wordP
	for _, r := range knownRoles {
		c.set.Roles[r] = true
	}
	for _, role := range slices.Sorted(maps.Keys(people)) {
		c.set.Roles[role] = true
		for _, id := range people[role] {
			c.set.Members[id] = append(c.set.Members[id], role)
		}
	}
	c.exemptions(files)
	c.checkFloors(files)
}

// checkFloors rejects gates that are below the floor.
func (c *compiler) checkFloors(files []*rules.File) {
	for _, f := range files {
		if p := f.Trust.Floor.WordP; p != nil && *p > c.trust.final.wordP {
			c.probs.Add(f.Name, f.Trust.Floor.Line, "", "floor: word_p: %v is more than final: has (%v)", *p, c.trust.final.wordP)
		}
		for _, g := range []rules.Gates{f.Trust.Final, f.Trust.Sound} {
			c.aboveFloor(f, "", g)
		}
		for _, r := range f.Rules {
			c.aboveFloor(f, r.ID, r.Trust)
		}
	}
}

func (c *compiler) aboveFloor(f *rules.File, rule string, g rules.Gates) {
	if g.WordP != nil && *g.WordP < c.trust.floor.wordP {
		c.probs.Add(
			f.Name, g.Line, rule, "word_p: %v is below the minimum of %v", *g.WordP, c.trust.floor.wordP,
		)
	}
}

// rule compiles one rule.
func (c *compiler) rule(f *rules.File, raw *rules.Rule) {
	when, unless := c.Rule(f, raw), c.Rule(f, raw)
	r := &rule{Rule: raw, when: when.Condition(raw.When), unless: unless.Condition(raw.Unless)}
	if raw.ID == "" {
		return // recorded when it was read
	}
	c.possible(f, raw, when, unless)
	c.applies(f, raw)
	if first, ok := c.ids[raw.ID]; ok {
		where := fmt.Sprintf("first in %s:%d", first.File, first.Line)
		if first.File == f.Name {
			where = fmt.Sprintf("first in line %d", first.Line)
		}
		c.probs.Add(f.Name, raw.Line, raw.ID, "the id is given twice (%s)%s", where, twice(first.File, f.Name))
		return
	}
	c.ids[raw.ID] = raw
	if len(c.ids) == maxRules+1 {
		c.probs.Add(f.Name, raw.Line, raw.ID, "too many rules: at most %d in one set", maxRules)
	}
	r.pack, r.mode, r.title = f.Pack, weaker(c.set.modeOf(f), raw.Mode), cmp.Or(raw.Flag.Title, raw.ID)
	if f.Dir != "" && raw.Mode != "" && r.mode != raw.Mode {
		c.note(f, raw, "mode: %s has no effect: the profile allows %s at most", raw.Mode, c.set.modeOf(f))
	}
	r.trust = c.trust.forRule(raw.Trust)
	c.noteTrust(f, raw)
	if f.Dir != "" && raw.SecondLook != nil && raw.SecondLook.Model != "" {
		c.note(f, raw, "second_look: model: has no effect, because the service's own model looks again: remove it")
	}
	r.looks, r.bySound, r.balances = when.Inputs, when.BySound, when.Balances
	if raw.For > 0 && !r.observed() { // conditions that hold while nothing is said are evaluated all the time
		r.looks |= condition.InputRoom
		if r.looks&condition.InputWho != 0 {
			r.looks |= condition.InputPerson
		}
	}
	model := ""
	if r.meaning = when.Meaning || unless.Meaning; r.meaning {
		c.noteMeaning(f, r)
		model = c.set.TextModel()
	}
	if raw.Span != nil {
		c.set.Reach = max(c.set.Reach, raw.Span.Last)
	}
	c.steps(f, raw, r)
	c.idle(f, r, when)
	g := r.trust
	r.hash = digest(12, raw, append(when.Lists, unless.Lists...), r.mode, g.wordP, g.logProb, g.voiced, g.lossMax, g.attribution)
	if model != "" {
		r.hash = digest(12, r.hash, model)
	}
	c.set.rules = append(c.set.rules, r)
}

// twice says how to resolve a duplicate id with a rule of another file.
func twice(first, second string) string {
	if first == second {
		return ""
	}
	return "; override: yes replaces that rule with this one"
}

// noteMeaning notes limits on rules that rely only on the text model.
func (c *compiler) noteMeaning(f *rules.File, r *rule) {
	score, alone := condition.MeaningAlone(r.when)
	switch {
	case !c.set.MeaningKnown():
		c.note(f, r.Rule, "means: never holds: no text model knows a language of languages: allowed")
	case !alone:
	case score < condition.AskScore && r.mode != models.ModeWatch:
		c.note(f, r.Rule,
			"the text model alone is only recorded below %.2f, unless another condition of the rule holds too", condition.AskScore)
	case r.mode == models.ModeAct:
		c.note(f, r.Rule, "the text model alone never acts: a host is asked, unless another condition of the rule holds too")
	}
}

// steps takes over the steps of a rule and checks the names they use.
func (c *compiler) steps(f *rules.File, raw *rules.Rule, r *rule) {
	alone := false
	for _, s := range raw.Steps {
		x := s.Is.(step)
		r.steps = append(r.steps, x)
		switch x := x.(type) {
		case *add:
			if x.Ledger != "" {
				c.KnownLedger(f, raw, x.Ledger, s.Line)
			}
		case *restrict:
			alone = alone || slices.Contains(c.set.automatic, x.verb)
		}
	}
	if raw.Automatic && !alone {
		c.probs.Add(f.Name, raw.Line, raw.ID, "automatic: the rule has no step that the profile allows without asking (automatic: [remove, ban])")
	}
}

// checks verifies the names in a file's checks. Rules that are off may be expected, since that has no effect.
func (c *compiler) checks(f *rules.File, off map[string]bool) {
	role := func(r models.Role, line int) {
		if r != "" && !c.set.Roles[r] {
			c.probs.Add(f.Name, line, "", "unknown role %q%s", r, strict.DidYouMean(string(r), c.set.RoleNames()))
		}
	}
	for _, check := range f.Checks {
		role(check.By, check.Line)
		for _, l := range check.Say {
			role(l.By, check.Line)
		}
		for _, e := range check.Scene {
			role(e.Role, e.Line)
			c.sceneNames(f, e, off)
		}
		for _, e := range check.Expect {
			if c.ids[e.Rule] == nil && !off[e.Rule] {
				c.probs.Add(f.Name, e.Line, "", "the check expects a rule %q that does not exist%s", strict.Shorten(e.Rule),
					strict.DidYouMean(e.Rule, slices.Sorted(maps.Keys(c.ids))))
			}
		}
	}
}

// sceneNames verifies the ledger and the rule named by an event of a scene.
func (c *compiler) sceneNames(f *rules.File, e rules.Event, off map[string]bool) {
	switch {
	case e.Kind == rules.EventPoints:
		c.KnownLedger(f, &rules.Rule{}, e.Text, e.Line)
	case e.Kind == rules.EventAnswer && c.ids[e.Text] == nil && !off[e.Text]:
		c.probs.Add(f.Name, e.Line, "", "the scene answers a rule %q that does not exist%s", strict.Shorten(e.Text),
			strict.DidYouMean(e.Text, slices.Sorted(maps.Keys(c.ids))))
	}
}

// setHash is the hash of the rules (which are sorted) and of the role assignments.
func (c *compiler) setHash() string {
	parts := []any{c.set.mode, c.set.Members, c.set.Newcomers, c.set.Languages, c.set.VoteOver, c.set.Ledgers, c.set.automatic}
	for _, r := range c.set.rules {
		parts = append(parts, r.ID, r.hash)
	}
	if modes := c.set.otherModes(); len(modes) > 0 {
		parts = append(parts, modes)
	}
	if len(c.set.exempt) > 0 {
		parts = append(parts, c.set.exempt)
	}
	if c.set.Zone != nil {
		parts = append(parts, c.set.Zone.String())
	}
	return digest(12, parts...)
}

// roomSettings applies a file's settings for the room; later files override earlier ones.
func (c *compiler) roomSettings(f *rules.File) {
	if f.Newcomer != nil {
		c.set.Newcomers = f.Newcomer
	}
	if f.Languages != nil {
		c.set.Languages = f.Languages
	}
	if f.Zone != nil {
		c.set.Zone = f.Zone
	}
	if f.VoteOver > 0 {
		c.set.VoteOver = f.VoteOver
	}
	if f.Automatic != nil {
		c.set.automatic = f.Automatic
	}
	for _, l := range f.Ledgers {
		c.set.Ledgers[l.Name] = l
	}
}

// switchedOff returns the rules of used files that some file switches off. An id that no used file has is an error.
func (c *compiler) switchedOff(files []*rules.File) map[*rules.Rule]bool {
	off := map[*rules.Rule]bool{}
	for _, f := range files {
		known := map[string][]*rules.Rule{}
		for _, other := range c.below(f, files) {
			for _, r := range other.Rules {
				known[r.ID] = append(known[r.ID], r)
			}
		}
		for _, t := range f.Off {
			if len(known[t.Text]) == 0 {
				c.unknownOff(f, t, slices.Sorted(maps.Keys(known)))
			}
			for _, r := range known[t.Text] {
				off[r] = true
			}
		}
	}
	return off
}

// below returns the files whose rules a file may switch off: those that it uses, and those named before it.
func (c *compiler) below(f *rules.File, files []*rules.File) []*rules.File {
	out := f.Closure()
	out = out[:len(out)-1]
	for _, other := range files {
		if other != f && !slices.Contains(out, other) && !slices.Contains(other.Closure(), f) {
			out = append(out, other)
		}
	}
	return out
}

func (c *compiler) unknownOff(f *rules.File, t strict.Text, known []string) {
	if slices.ContainsFunc(f.Rules, func(r *rules.Rule) bool { return r.ID == t.Text }) {
		c.probs.Add(f.Name, t.Line, "", "off: %q is a rule of this file: remove the rule, or remove it from this list", strict.Shorten(t.Text))
		return
	}
	c.probs.Add(f.Name, t.Line, "", "off: there is no rule %q%s", strict.Shorten(t.Text), strict.DidYouMean(t.Text, known))
}
