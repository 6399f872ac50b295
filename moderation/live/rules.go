package live

import (
	"slices"

	"earshot/moderation/engine"
)

// policy is how sessions of a profile are treated. A profile that is gone is treated like none.
func (d *Desk) policy(profile string) Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.policyLocked(profile)
}

func (d *Desk) policyLocked(profile string) Policy {
	if p, ok := d.policies[profile]; ok {
		return p
	}
	return d.policies[""]
}

// RulesName names the rules of a profile, or is "".
func (d *Desk) RulesName(profile string) string {
	if set := d.policy(profile).Rules; set != nil {
		return set.String()
	}
	return ""
}

// Replace judges sessions of a profile by other rules from now on, those that are open too.
func (d *Desk) Replace(profile string, set *engine.Set) {
	d.mu.Lock()
	p := d.policies[profile]
	p.Rules = set
	d.policies[profile] = p
	var own []string
	for name := range d.policies {
		own = append(own, name)
	}
	d.mu.Unlock()
	for _, j := range d.all() {
		if p := j.session.Profile; p != profile && (profile != "" || slices.Contains(own, p)) {
			continue
		}
		j.mu.Lock()
		if j.judge != nil {
			j.judge.Rules(set)
		}
		j.mu.Unlock()
	}
}

// Profile is the profile of a session that the desk knows; "" for others.
func (d *Desk) Profile(session string) string {
	if j := d.known(session); j != nil {
		return j.session.Profile
	}
	return ""
}
