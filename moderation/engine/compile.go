package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/match"
)

// compiler turns raw files into a set. It notes mistakes and goes on, like the reader.
type compiler struct {
	probs *problems
	set   *Set
	ids   map[string]*rawRule
	lists map[listWay]int // the source of a word list
	match *match.Builder
	trust trust
}

// compile compiles the files that root uses, with their mode unless another is given. The result is of use only when no problem was noted.
func compile(root *rawFile, mode models.Mode, probs *problems) *Set {
	c := &compiler{
		probs: probs, ids: map[string]*rawRule{}, lists: map[listWay]int{}, trust: defaultTrust(), match: match.NewBuilder(),
		set: &Set{
			mode: models.ModeSuggest, members: map[string][]models.Role{}, roles: map[models.Role]bool{},
			ledgers: map[string]rawLedger{}, voteOver: 20_000,
		},
	}
	files := closure(root, nil)
	c.settings(files)
	if mode != "" {
		c.set.mode = mode
	}
	for _, f := range files {
		c.set.files = append(c.set.files, f.name)
		for i := range f.words {
			c.list(f, &f.words[i])
		}
	}
	off := c.switchedOff(files)
	for _, f := range files {
		for _, r := range f.rules {
			if !off[r.ID] {
				c.rule(f, r)
			}
		}
	}
	c.ladder(files)
	c.set.matcher = c.match.Build()
	for _, f := range files {
		c.checks(f, off)
	}
	slices.SortFunc(c.set.rules, func(a, b *rule) int { return cmp.Compare(a.id, b.id) })
	c.set.name = setName(root)
	c.set.hash = c.setHash()
	return c.set
}

// closure lists files after those they use, each once: the order in which later wins.
func closure(f *rawFile, done []*rawFile) []*rawFile {
	for _, u := range f.used {
		if !slices.Contains(done, u) {
			done = closure(u, done)
		}
	}
	if f.name == "" { // the root that stands for the command line
		return done
	}
	return append(done, f)
}

// setName is the profile of the named files, or their names joined.
func setName(root *rawFile) string {
	var packs []string
	for _, f := range slices.Backward(root.used) {
		if f.profile != "" {
			return f.profile
		}
		packs = append(packs, f.pack)
	}
	slices.Reverse(packs)
	return strings.Join(packs, "+")
}

// settings merges mode, people and trust; a later file wins key by key.
func (c *compiler) settings(files []*rawFile) {
	people := map[models.Role][]string{}
	for _, f := range files {
		if f.mode != "" {
			c.set.mode = f.mode
		}
		maps.Copy(people, f.people)
		c.trust.merge(f.trust)
		c.roomSettings(f)
	}
	c.set.trust = c.trust
	for _, r := range []models.Role{models.RoleHost, models.RoleCohost, models.RoleSpeaker, models.RoleGuest, "keynote", "moderator", "audience"} {
		c.set.roles[r] = true
	}
	for _, role := range slices.Sorted(maps.Keys(people)) {
		c.set.roles[role] = true
		for _, id := range people[role] {
			c.set.members[id] = append(c.set.members[id], role)
		}
	}
	c.checkFloors(files)
}

// checkFloors refuses gates that would let pass what the floor forbids.
func (c *compiler) checkFloors(files []*rawFile) {
	for _, f := range files {
		for _, g := range []rawGates{f.trust.Final, f.trust.Sound} {
			c.aboveFloor(f, "", g)
		}
		for _, r := range f.rules {
			c.aboveFloor(f, r.ID, r.Trust)
		}
	}
}

func (c *compiler) aboveFloor(f *rawFile, rule string, g rawGates) {
	if g.WordP != nil && *g.WordP < c.trust.floor.wordP {
		c.probs.add(
			f.name, g.line, rule, "word_p: %v is below the floor of %v: words that unsure are never enough", *g.WordP, c.trust.floor.wordP,
		)
	}
}

// rule compiles one rule.
func (c *compiler) rule(f *rawFile, raw *rawRule) {
	when, unless := c.cond(f, raw, raw.When), c.cond(f, raw, raw.Unless)
	if raw.ID == "" {
		return // noted when it was read
	}
	if first, ok := c.ids[raw.ID]; ok {
		where := fmt.Sprintf("first in %s:%d", first.pack.name, first.line)
		if first.pack == f {
			where = fmt.Sprintf("first in line %d", first.line)
		}
		c.probs.add(f.name, raw.line, raw.ID, "the id is given twice (%s)", where)
		return
	}
	c.ids[raw.ID] = raw
	if len(c.ids) == maxRules+1 {
		c.probs.add(f.name, raw.line, raw.ID, "too many rules: at most %d in one set", maxRules)
	}
	r := &rule{
		id: raw.ID, pack: f.pack, about: raw.About, mode: weaker(c.set.mode, raw.Mode), level: raw.Flag.Level,
		title: raw.Flag.Title, when: when, unless: unless, trust: c.trust.forRule(raw.Trust), span: raw.Span, on: raw.On,
		look: raw.SecondLook, atMost: raw.AtMost, automatic: raw.Automatic, clip: raw.Flag.Clip, steps: raw.Steps,
	}
	if r.title == "" {
		r.title = raw.ID
	}
	c.nature(f, raw, r)
	r.hash = c.ruleHash(f, raw, r)
	c.set.rules = append(c.set.rules, r)
}

// checks verifies the names in a file's checks. Rules that are off may be expected: nothing comes of it.
func (c *compiler) checks(f *rawFile, off map[string]bool) {
	role := func(r models.Role, line int) {
		if r != "" && !c.set.roles[r] {
			c.probs.add(f.name, line, "", "unknown role %q%s", r, didYouMean(string(r), c.roleNames()))
		}
	}
	for _, check := range f.checks {
		role(check.by, check.line)
		for _, l := range check.say {
			role(l.by, check.line)
		}
		for _, e := range check.expect {
			if c.ids[e.rule] == nil && !off[e.rule] {
				c.probs.add(f.name, e.line, "", "the check expects a rule %q that does not exist%s", shorten(e.rule),
					didYouMean(e.rule, slices.Sorted(maps.Keys(c.ids))))
			}
		}
	}
}

func (c *compiler) roleNames() []string {
	var out []string
	for _, r := range slices.Sorted(maps.Keys(c.set.roles)) {
		out = append(out, string(r))
	}
	return out
}
