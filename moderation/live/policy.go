package live

import (
	"maps"

	"earshot/moderation/engine"
)

// policy returns the policy of a profile; that of no profile if it does not exist any more.
func (d *Sessions) policy(profile string) Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.policies[profile]; ok {
		return p
	}
	return d.policies[""]
}

// RulesName returns the name of a profile's rules, or "".
func (d *Sessions) RulesName(profile string) string {
	if set := d.policy(profile).Rules; set != nil {
		return set.String()
	}
	return ""
}

// Replace replaces the rules of a profile, also in open sessions.
func (d *Sessions) Replace(profile string, set *engine.Set) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.policies[profile]
	p.Rules = set
	d.policies[profile] = p
	own := maps.Clone(d.policies)
	for _, s := range d.sessions { // what is posted to it from now on comes after this
		s.post(func() {
			if _, named := own[s.session.Profile]; s.session.Profile == profile || profile == "" && !named {
				s.judge.exchange(set)
			}
		})
	}
}

// Profile returns the profile of a session in memory; "" for others.
func (d *Sessions) Profile(session string) string {
	if s := d.known(session); s != nil {
		return s.session.Profile
	}
	return ""
}
