package live

import (
	"maps"

	"earshot/moderation/engine"
)

// policy is how sessions of a profile are treated. A profile that is gone is treated like none.
func (d *Sessions) policy(profile string) Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
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
	defer d.mu.Unlock()
	p := d.policies[profile]
	p.Rules = set
	d.policies[profile] = p
	own := maps.Clone(d.policies)
	for _, s := range d.sessions { // what comes into it from now on, or after it was taken up, comes after this
		s.post(func() {
			if _, named := own[s.session.Profile]; s.session.Profile == profile || profile == "" && !named {
				s.judge.exchange(set)
			}
		})
	}
}

// Profile is the profile of a session that is known; "" for others.
func (d *Sessions) Profile(session string) string {
	if s := d.known(session); s != nil {
		return s.session.Profile
	}
	return ""
}
