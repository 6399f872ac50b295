package pages

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// askView is an open ask to the host.
type askView struct {
	Until   string // RFC 3339, for the script that counts down
	Lapses  string // the time of the day, without it
	Choices []choiceView
	end     time.Time
}

// choiceView is one offer of an ask: as written in the rule, and as shown on the button.
type choiceView struct{ Choice, Label, Key string }

// actionView is an action taken because of a flag. If it was sent but no effect is seen until Late, it reads Then from that time on.
type actionView struct{ Sign, Text, Late, Then string }

// unanswered says that an ask has lapsed.
var unanswered = actionView{Sign: "–", Text: "nobody answered in time"}

// rank orders asks by their expiry; those that do not expire come last.
func (a *askView) rank() int64 {
	if a == nil {
		return math.MaxInt64
	}
	return a.end.UnixMilli()
}

// outcomes is how the flags of a session were decided, as far as a page needs it.
type outcomes struct {
	byFlag  map[string]models.Decision
	actions map[string][]models.Action // by decision, in the order in which they were planned
}

func (o *outcomes) put(d models.Decision) {
	if o.byFlag == nil {
		o.byFlag = map[string]models.Decision{}
	}
	o.byFlag[d.Flag] = d
}

// did records an action, or its progress.
func (o *outcomes) did(a models.Action) {
	if a.Decision == "" {
		return
	}
	if o.actions == nil {
		o.actions = map[string][]models.Action{}
	}
	list := o.actions[a.Decision]
	if i := slices.IndexFunc(list, func(x models.Action) bool { return x.ID == a.ID }); i >= 0 {
		list[i] = a
		return
	}
	o.actions[a.Decision] = append(list, a)
}

// learn takes over the outcome of a flag.
func (p *painter) learn(place models.FlagPlace) {
	if place.Decision == nil {
		return
	}
	p.known.put(*place.Decision)
	for _, a := range place.Actions {
		p.known.did(a)
	}
}

// outcome adds the outcome of a flag: the open ask, or the actions taken.
func (p *painter) outcome(v *flagView) {
	d, ok := p.known.byFlag[v.Flag]
	if !ok {
		return
	}
	now := p.s.Now()
	if v.Open && d.Ask == models.AskOpen && d.Expires.After(now) && p.acts {
		v.Ask = &askView{Until: d.Expires.UTC().Format(time.RFC3339), Lapses: d.Expires.In(p.s.Location).Format("15:04:05"), end: d.Expires}
		var covered []models.Verb
		for _, offer := range d.Offer {
			verb, rest, _ := strings.Cut(offer, " ")
			if verb == "dismiss" || verb == "confirm" || verb != string(models.VerbRedact) && !slices.Contains(p.can, models.Verb(verb)) {
				continue // the last one: it is not possible in this room now
			}
			v.Ask.Choices = append(v.Ask.Choices, choiceView{offer, strings.TrimSpace(verbLabel(models.Verb(verb)) + " " + rest), verb})
			covered = append(covered, models.Verb(verb))
		}
		v.Verbs = slices.DeleteFunc(slices.Clone(v.Verbs), func(o offer) bool { return slices.Contains(covered, o.Verb) })
	}
	if v.Open && d.Ask == models.AskExpired {
		v.Actions = append(v.Actions, unanswered)
	}
	for _, a := range p.known.actions[d.ID] {
		if a.State != models.ActionPlanned {
			v.Actions = append(v.Actions, newActionView(a, now))
		}
	}
}

// verbLabel returns an action's label on a button.
func verbLabel(v models.Verb) string {
	words := v.Words()
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// newActionView describes the progress of an action.
func newActionView(a models.Action, now time.Time) actionView {
	o := a.Outcome("", now)
	v := actionView{Sign: o.Sign, Text: o.Text, Then: o.Then}
	if !o.Late.IsZero() {
		v.Late = o.Late.UTC().Format(time.RFC3339)
	}
	return v
}

// offer is a button for an action in the room.
type offer struct {
	Verb  models.Verb
	Label string
}

// grave reports whether an action removes somebody from the room, which must be confirmed.
func grave(verb any) bool {
	v := fmt.Sprint(verb)
	return v == string(models.VerbRemove) || v == string(models.VerbBan)
}

// offers returns the buttons for the actions available to hosts; other actions are for rules only.
func offers(can []models.Verb) (out []offer) {
	labels := map[models.Verb]string{models.VerbWarn: "Warn", models.VerbMute: "Mute 60s", models.VerbRemove: "Remove"}
	for _, v := range can {
		if l := labels[v]; l != "" {
			out = append(out, offer{v, l})
		}
	}
	return out
}
