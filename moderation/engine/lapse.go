package engine

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
)

// tooLate is why a verdict is only written down that was reached long after the words.
const tooLate = "it was decided too late to act on"

// withhold has a decision only written down.
func withhold(d *models.Decision, why string) {
	d.Verdict = models.VerdictWithheld
	d.Why += "; " + why
}

// spokenAt is when the words of a decision were said, at the latest.
func spokenAt(d *models.Decision) time.Time {
	if d.Said.IsZero() || d.Created.Before(d.Said) {
		return d.Created
	}
	return d.Said
}

// tooLate reports whether nobody expects any more that something is done about what was said, and notes it as a gate.
func (s *Session) tooLate(d *models.Decision, now time.Time) bool {
	if !s.over && models.Age(spokenAt(d), now) <= lateMS*time.Millisecond {
		return false
	}
	late := models.Gate{Name: "late", Got: "the verdict came too late to act on"}
	gates := slices.Clone(d.Gates)
	if i := slices.IndexFunc(gates, func(g models.Gate) bool { return g.Name == late.Name }); i >= 0 {
		gates[i] = late
	} else {
		gates = append(gates, late)
	}
	d.Gates = gates
	return true
}

// lapses is when an open decision is over: an ask at its own time, and a verdict that waits for a second look or opinion
// when its words are too old to act on; zero: never.
func lapses(d *models.Decision) time.Time {
	if d.Verdict == models.VerdictPending {
		return spokenAt(d).Add(lateMS * time.Millisecond)
	}
	return d.Expires
}

// Lapse is what becomes of a decision that waits for a host, a second look or an opinion that does not come in time, or
// whose stay has ended: nothing is done, and its points never count. False: it waits for nothing.
func Lapse(d models.Decision, now time.Time) (models.Decision, bool) {
	switch {
	case d.Verdict == models.VerdictPending:
		why := "the second look was not made in time"
		if d.Opinion != nil {
			why = "the second opinion did not come in time"
			d.Opinion = &models.Opinion{By: d.Opinion.By, State: models.OpinionNone}
		} else {
			d.SecondLook = &models.SecondLook{Failed: true}
		}
		withhold(&d, why)
	case d.Ask == models.AskOpen:
		d.Ask, d.Decided = models.AskExpired, now
	default:
		return d, false
	}
	return d, true
}

// Expire lapses the asks that nobody answered in time, and the verdicts whose second look or opinion did not come in time.
// Nothing is done, and their points never count. The outcome comes again until Lapsed says that it is stored.
func (s *Session) Expire(now time.Time) Outcome {
	var out Outcome
	for _, d := range s.open {
		if at := lapses(d); !s.over && (at.IsZero() || now.Before(at)) {
			continue
		}
		lapsed, ok := Lapse(*d, now)
		if !ok {
			continue
		}
		if d.Verdict == models.VerdictPending {
			s.hideLate(&out, &lapsed)
		}
		out.Decisions = append(out.Decisions, lapsed)
	}
	slices.SortFunc(out.Decisions, func(a, b models.Decision) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// hideLate has the words of a late verdict hidden all the same, where its rule redacts and does not insist on a second
// look: that does nothing to anybody.
func (s *Session) hideLate(out *Outcome, d *models.Decision) {
	r := s.set.rule(d.Rule)
	if r == nil || !r.redacts() || r.SecondLook != nil && r.SecondLook.MustAgree && (d.SecondLook == nil || !d.SecondLook.Agreed) {
		return
	}
	s.hide(out, d)
}

// Lapsed lets go of decisions that Expire gave and that are stored now.
func (s *Session) Lapsed(stored []models.Decision) {
	for _, d := range stored {
		delete(s.open, d.ID)
	}
}

// NextExpiry is when the next decision lapses; zero when none is open.
func (s *Session) NextExpiry() time.Time {
	var next time.Time
	for _, d := range s.open {
		if at := lapses(d); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// End says that the stay is over: from now on nobody is asked and nothing is done in the room, whatever is still judged.
// Words are still hidden, hosts still told, and points still count. Expire then lapses all that is open.
func (s *Session) End() { s.over = true }
