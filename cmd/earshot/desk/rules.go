package desk

import "earshot/moderation"

// RulesName names the rules in use, or is "".
func (d *Desk) RulesName() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rules == nil {
		return ""
	}
	return d.rules.String()
}

// Replace judges by other rules from now on, in the sessions that are open too.
func (d *Desk) Replace(set *moderation.Set) {
	d.mu.Lock()
	d.rules = set
	sessions := make([]*judged, 0, len(d.sessions))
	for _, j := range d.sessions {
		sessions = append(sessions, j)
	}
	d.mu.Unlock()
	for _, j := range sessions {
		j.mu.Lock()
		if j.judge != nil {
			j.judge.Rules(set)
		}
		j.mu.Unlock()
	}
}
