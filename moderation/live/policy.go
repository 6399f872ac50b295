package live

import (
	"slices"

	"earshot/moderation/engine"
)

// policy is how sessions of a profile are treated. A profile that is gone is treated like none.
func (d *Sessions) policy(profile string) Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.policyLocked(profile)
}

func (d *Sessions) policyLocked(profile string) Policy {
	if p, ok := d.policies[profile]; ok {
		return p
	}
	return d.policies[""]
}

// RulesName names the rules of a profile, or is "".
func (d *Sessions) RulesName(profile string) string {
	if set := d.policy(profile).Rules; set != nil {
		return set.String()
	}
	return ""
}

// Replace judges sessions of a profile by other rules from now on, those that are open too.
func (d *Sessions) Replace(profile string, set *engine.Set) {
	d.mu.Lock()
	p := d.policies[profile]
	p.Rules = set
	d.policies[profile] = p
	var own []string
	for name := range d.policies {
		own = append(own, name)
	}
	d.mu.Unlock()
	for _, s := range d.all() {
		if p := s.session.Profile; p != profile && (profile != "" || slices.Contains(own, p)) {
			continue
		}
		s.post(func() { s.judge.exchange(set) }) // what comes from now on comes after it
	}
}

// Profile is the profile of a session that is known; "" for others.
func (d *Sessions) Profile(session string) string {
	if s := d.known(session); s != nil {
		return s.session.Profile
	}
	return ""
}
