package engine

import "earshot/models"

// limit holds a verdict back when its rule has reached the host or the room too lately.
func (s *Session) limit(v *Verdict, flag string, p *person, at int64) {
	r := v.rule
	if r.AtMost == nil || v.Mode == models.ModeWatch {
		return
	}
	whom := r.whom(p.ID)
	last, ok := s.last[whom]
	passed := !ok || last.flag == flag || at-last.at >= r.AtMost.OncePer
	v.Gates = append(v.Gates, gate("at_most", passed, "the rule has not fired lately", "the rule fired a moment ago"))
	if !passed {
		v.Mode, v.WouldEnforce = models.ModeWatch, false
		v.Why += "; written down only, because the rule fired a moment ago"
		return
	}
	s.last[whom] = firing{flag, at}
}

// whom is whom at_most counts firings for.
func (r *rule) whom(person string) string {
	if r.AtMost.ByPerson() {
		return r.ID + "\n" + person
	}
	return r.ID + "\n"
}

// refire remembers a stored verdict for at_most, as of when its words were said, or when it fell where none were.
func (s *Session) refire(d models.Decision) {
	r := s.set.rule(d.Rule)
	if r == nil || r.AtMost == nil || d.Mode == models.ModeWatch {
		return
	}
	at := d.Created.Sub(s.session.Started).Milliseconds()
	if n := len(d.Matched); n > 0 && d.Matched[n-1].EndMS > 0 {
		at = d.Matched[n-1].EndMS
	}
	if last, ok := s.last[r.whom(d.SpeakerID)]; !ok || last.at < at {
		s.last[r.whom(d.SpeakerID)] = firing{d.Flag, at}
	}
}
