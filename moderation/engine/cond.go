package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/match/pii"
)

// cond is a compiled condition.
type cond struct {
	*rawCond
	kids    []*cond
	sources []int // of says and reveals
	expr    *expr // of if
}

// cond compiles a condition; nil stays nil.
func (c *compiler) cond(f *rawFile, r *rawRule, raw *rawCond) *cond {
	if raw == nil {
		return nil
	}
	out := &cond{rawCond: raw, sources: c.says(f, r, raw.Says)}
	for _, kid := range raw.Kids {
		out.kids = append(out.kids, c.cond(f, r, kid))
	}
	switch raw.Kind {
	case condRole:
		for i, name := range raw.Names {
			if !c.set.roles[models.Role(name)] {
				c.probs.add(
					f.name, raw.lines[i], r.ID, "unknown role %q%s: give its members under people:", shorten(name),
					didYouMean(name, c.roleNames()),
				)
			}
		}
	case condReveals:
		for _, kind := range raw.Names {
			out.sources = append(out.sources, c.reveals(kind))
		}
	case condLedger:
		for _, b := range raw.Ledgers {
			c.knownLedger(f, r, b.Name, b.line)
		}
	case condLanguage:
		if slices.Contains(raw.Tongue.NotIn, "allowed") && len(c.set.languages) == 0 {
			c.probs.add(f.name, raw.line, r.ID, "spoken_language: which languages are allowed is not said: give languages: {allowed: […]}")
		}
	case condIf:
		e, err := compileExpr(raw.If)
		if err != nil {
			c.probs.add(f.name, raw.line, r.ID, "if: %s", err)
		}
		out.expr = e
	case condRepeats:
		c.set.repeats = max(c.set.repeats, raw.Repeats.Within)
	}
	return out
}

// knownLedger complains about a ledger that no file describes.
func (c *compiler) knownLedger(f *rawFile, r *rawRule, name string, line int) {
	if _, ok := c.set.ledgers[name]; !ok {
		c.probs.add(
			f.name, line, r.ID, "unknown ledger %q%s: describe it under ledger:", shorten(name),
			didYouMean(name, slices.Sorted(maps.Keys(c.set.ledgers))),
		)
	}
}

// walk visits a condition and all below it; nil is none.
func (c *cond) walk(visit func(*cond)) {
	if c == nil {
		return
	}
	visit(c)
	for _, kid := range c.kids {
		kid.walk(visit)
	}
}

// looksAt reports whether the condition, or one below it, is of one of the kinds.
func (c *cond) looksAt(kinds ...condKind) bool {
	found := false
	c.walk(func(x *cond) { found = found || slices.Contains(kinds, x.Kind) })
	return found
}

// holds reports whether a condition holds when only matches of at least minP count, and the matches that made it hold.
// Below none: every match counts, so that doubt about a word can only ever excuse.
func (c *cond) holds(s *scene, minP float64) (bool, []match.Match) {
	switch c.Kind {
	case condAny:
		return c.holdsAny(s, minP)
	case condAll:
		return c.holdsAll(s, minP)
	case condNone:
		noSound, nowOnly := s.noSound, s.nowOnly
		s.noSound, s.nowOnly = false, false
		defer func() { s.noSound, s.nowOnly = noSound, nowOnly }()
		for _, kid := range c.kids {
			if ok, _ := kid.holds(s, 0); ok {
				return false, nil
			}
		}
		return true, nil
	case condSays, condReveals:
		return c.holdsMatches(s, minP)
	case condRepeats:
		return s.repeats(c.Repeats, minP)
	}
	return c.holdsState(s), nil
}

// holdsState looks at what is not in the words.
func (c *cond) holdsState(s *scene) bool {
	switch c.Kind {
	case condRole:
		return slices.ContainsFunc(c.Names, func(n string) bool { return slices.Contains(s.roles, models.Role(n)) })
	case condSpeaker:
		return slices.Contains(c.Names, s.u.SpeakerID)
	case condNewcomer:
		return s.in.newcomer(s.person, s.now) == c.Want
	case condReported:
		return (!s.observe && s.Window.Reported(s.evidence)) == c.Want
	case condFloor:
		return s.in.floorHolds(s.person, c.Floor, s.now)
	case condHeard:
		return s.person.soundHolds(c.Heard, s.now)
	case condLanguage:
		return s.in.tongueHolds(s.person, c.Tongue)
	case condRoom:
		return s.in.roomHolds(c.Room, s.now)
	case condLedger:
		return s.in.balancesHold(s.person, c.Ledgers, s.now)
	case condIf:
		return c.expr.holds(s)
	}
	return false
}

// holdsMatches looks for matches of the condition's sources that begin where they may.
func (c *cond) holdsMatches(s *scene, minP float64) (bool, []match.Match) {
	var out []match.Match
	from := s.from
	if c.Kind == condReveals && !s.observe {
		from = min(from, s.Window.Reach(pii.WindowMS, 0))
	}
	for _, src := range c.sources {
		need := minP
		if sound := s.set.sources[src].how == howSound; sound {
			if s.noSound {
				continue
			}
			if minP > 0 {
				need = max(minP, s.set.trust.sound.wordP)
			}
		}
		for _, m := range s.Found[src] {
			if float64(m.P) >= need && m.First >= from && (!s.nowOnly || m.Last >= s.Window.Cut) {
				out = append(out, m)
			}
		}
	}
	return len(out) > 0, out
}

func (c *cond) holdsAny(s *scene, minP float64) (bool, []match.Match) {
	held, out := false, []match.Match(nil)
	for _, kid := range c.kids {
		ok, ms := kid.holds(s, minP)
		held = held || ok
		out = append(out, ms...)
	}
	return held, out
}

func (c *cond) holdsAll(s *scene, minP float64) (bool, []match.Match) {
	var out []match.Match
	for _, kid := range c.kids {
		ok, ms := kid.holds(s, minP)
		if !ok {
			return false, nil
		}
		out = append(out, ms...)
	}
	return true, out
}

// decisive is the outcome of those children that decided the outcome of a group.
func (c *cond) decisive(held bool) bool {
	if c.Kind == condNone {
		return !held
	}
	return held
}

// because says in a few words why a condition holds or does not.
func (c *cond) because(s *scene) string {
	held, ms := c.holds(s, 0)
	if len(c.kids) == 0 {
		return c.becauseOne(s, held, ms)
	}
	var parts []string
	for _, kid := range c.kids {
		if ok, _ := kid.holds(s, 0); ok == c.decisive(held) {
			parts = append(parts, kid.because(s))
		}
	}
	return strings.Join(slices.Compact(parts), "; ")
}

func (c *cond) becauseOne(s *scene, held bool, ms []match.Match) string {
	switch {
	case c.Kind == condRole && held:
		return "the speaker is " + joinRoles(s.roles)
	case c.Kind == condRole:
		return fmt.Sprintf("the speaker is %s, not %s", joinRoles(s.roles), strings.Join(c.Names, " or "))
	case c.Kind == condSpeaker && held:
		return "it is said by " + s.u.SpeakerID
	case c.Kind == condSpeaker:
		return "it is said by somebody else"
	case (c.Kind == condSays || c.Kind == condReveals) && held:
		return s.quote(ms) + " was said"
	case c.Kind == condSays:
		return s.missing(c.sources)
	case c.Kind == condReveals:
		return "no " + strings.Join(c.Names, ", ") + " was said"
	case c.Kind == condReported && held == c.Want:
		return "the words are reported, not the speaker's own"
	case c.Kind == condReported:
		return "the words are the speaker's own"
	case c.Kind == condNewcomer && held == c.Want:
		return "the speaker is new"
	case c.Kind == condNewcomer:
		return "the speaker is not new"
	}
	return c.describe(held)
}

// describe names a condition on the sound, the room or the ledgers.
func (c *cond) describe(held bool) string {
	what := map[condKind]string{
		condRepeats: "it was said again and again", condFloor: "the floor is taken as described", condHeard: "it sounds as described",
		condLanguage: "another language is spoken", condRoom: "the room is as described", condLedger: "the ledger has come so far",
		condIf: "the expression holds",
	}[c.Kind]
	if held {
		return what
	}
	return "it is not so that " + what
}

// missing says what a says: matcher looked for in vain, and what never: took away from it.
func (sc *scene) missing(sources []int) string {
	what := "no phrase or pattern of it was said"
	for _, src := range sources {
		if ex := sc.Excused[src]; len(ex) > 0 {
			return fmt.Sprintf("%s was said where the list %s has never:", sc.quote(ex), sc.set.sources[src].name)
		}
		if name := sc.set.sources[src].name; name != "" {
			what = "nothing from the list " + name + " was said"
		}
	}
	return what
}

func joinRoles(roles []models.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return strings.Join(out, " and ")
}
