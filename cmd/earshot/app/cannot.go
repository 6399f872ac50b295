package app

import (
	"fmt"
	"maps"
	"slices"

	"earshot/bot/fleet"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
)

// CannotBeDone says, for each kind of room, which verbs of a set of rules nobody can carry out there, whatever the bot's rights.
func CannotBeDone(set *engine.Set) (out []string) {
	kinds := fleet.Kinds()
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if missing := kinds[kind].Can.Missing(roomVerbs(set)); missing != "" {
			out = append(out, fmt.Sprintf("in %s rooms nobody can: %s", kind, missing))
		}
	}
	return out
}

// CannotInRooms says the same of the rooms of a configuration, each with the rules of its profile.
func CannotInRooms(cfg configs.Config) (out []string) {
	all, err := openProfiles(cfg)
	if err != nil { // which is told elsewhere
		return nil
	}
	for _, r := range cfg.Rooms {
		kind, err := fleet.KindOf(r.URL)
		if err != nil {
			continue
		}
		if missing := kind.Can.Missing(all.of(r.Profile).needs()); missing != "" {
			out = append(out, fmt.Sprintf("%s: the rules may ask for what nobody can do there: %s", r.URL, missing))
		}
	}
	return out
}

// roomVerbs are the verbs of rules that are done in a room.
func roomVerbs(set *engine.Set) []models.Verb {
	return slices.DeleteFunc(set.Verbs(), func(v models.Verb) bool { return v == models.VerbTell || v == models.VerbRedact })
}

// needs are the verbs that the rules may ask for in a room.
func (p *profile) needs() []models.Verb {
	rules := p.set()
	if rules == nil {
		return nil
	}
	return roomVerbs(rules)
}
