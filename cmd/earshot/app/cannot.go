package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/bot/fleet"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
)

// CannotBeDone lists, for each kind of room, the verbs used in a set of rules that cannot be carried out there, whatever the bot's
// rights.
func CannotBeDone(set *engine.Set) (out []string) {
	kinds, in := fleet.Kinds(), map[string][]string{} // the kinds of rooms, by what is missing there
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if missing := kinds[kind].Can.Missing(roomVerbs(set)); missing != "" {
			in[missing] = append(in[missing], string(kind))
		}
	}
	for _, missing := range slices.Sorted(maps.Keys(in)) {
		out = append(out, fmt.Sprintf("not possible in rooms of the kinds %s: %s", strings.Join(in[missing], ", "), missing))
	}
	return out
}

// CannotInRooms does the same for the rooms of a configuration, each with the rules of its profile.
func CannotInRooms(cfg configs.Config) (out []string) {
	all, err := openProfiles(cfg)
	if err != nil { // reported elsewhere
		return nil
	}
	for _, r := range cfg.Rooms {
		kind, err := fleet.KindOf(r.URL)
		if err != nil {
			continue
		}
		if missing := kind.Can.Missing(all.of(r.Profile).needs()); missing != "" {
			out = append(out, fmt.Sprintf("%s: the rules may ask for actions that are not possible there: %s", r.URL, missing))
		}
	}
	return out
}

// roomVerbs are the verbs that act in a room.
func roomVerbs(set *engine.Set) []models.Verb {
	return slices.DeleteFunc(set.Verbs(), func(v models.Verb) bool { return v == models.VerbTell || v == models.VerbRedact })
}

// needs are the verbs that the rules may use in a room.
func (p *profile) needs() []models.Verb {
	rules := p.set()
	if rules == nil {
		return nil
	}
	return roomVerbs(rules)
}
