package configs

import (
	"fmt"
	"slices"
	"strings"

	"earshot/configs/strict"
)

// inProfiles are the settings that a profile may have of its own.
func inProfiles() []string {
	return []string{
		"rules", "text_model", "language", "vocabulary", "mode", "automatic", "announcement", "moderate_only", "captions.to",
		"captions.partials", "stay.max_time", "stay.alone", "stay.silence", "evidence.keep", "retention.clips",
		"retention.transcripts", "retention.flags",
	}
}

// For is every setting as it holds in rooms of a profile; "" is the settings outside of profiles. False: there is no such
// profile.
func (c Config) For(profile string) (Config, bool) {
	if profile == "" {
		return c, true
	}
	for _, p := range c.Profiles {
		if p.Name == profile && p.Config != nil {
			return *p.Config, true
		}
	}
	return c, false
}

// ProfileNames are the names of the profiles, in the file's order.
func (c Config) ProfileNames() []string {
	var out []string
	for _, p := range c.Profiles {
		out = append(out, p.Name)
	}
	return out
}

// profiles resolves every profile: what is written in it covers the file's other settings, and the environment and flags
// cover both, as they cover the file.
func (r *Report) profiles(bad *problems) error {
	for _, v := range r.Values {
		entries, ok := v.Value.([]Entry)
		if !ok || v.Key != "profiles" {
			continue
		}
		for i, e := range entries {
			p := &r.Config.Profiles[i]
			for _, base := range r.Values {
				p.Values = append(p.Values, e.over(base))
			}
			c, err := decode(p.Values)
			if err != nil {
				return fmt.Errorf("profile %s: %w", p.Name, err)
			}
			c.Profiles, c.Rooms = nil, nil
			p.Config = &c
		}
	}
	r.profilesOfRooms(bad)
	return bad.err()
}

// over is a setting's value in an entry, or else outside.
func (e Entry) over(base Value) Value {
	if base.From.Name != "" { // the environment or a flag
		return base
	}
	for _, v := range e {
		if v.Key == base.Key {
			return v
		}
	}
	return base
}

// profilesOfRooms tells of rooms whose profile is not there.
func (r *Report) profilesOfRooms(bad *problems) {
	names := r.Config.ProfileNames()
	for _, v := range r.Values {
		entries, ok := v.Value.([]Entry)
		if !ok || v.Key != "rooms" {
			continue
		}
		for _, e := range entries {
			for _, f := range e {
				name, _ := f.Value.(string)
				if f.Key != "profile" || name == "" || slices.Contains(names, name) {
					continue
				}
				bad.add(f.From, "rooms.profile", "no profile is named %q%s", name, nearest(name, names))
			}
		}
	}
}

func nearest(name string, names []string) string {
	if near := strict.Closest(name, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	if len(names) == 0 {
		return ": profiles is empty"
	}
	return ": profiles has " + strings.Join(names, ", ")
}
