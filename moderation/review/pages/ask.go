package pages

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// askView is an ask to the host that is still open.
type askView struct {
	Until   string // RFC 3339, for the script that counts down
	Lapses  string // the time of the day, without it
	Choices []choiceView
	end     time.Time
}

// choiceView is one thing that an ask offers: as the rule writes it, and as the button says it.
type choiceView struct{ Choice, Label, Key string }

// deedView is something that was done because of a flag.
type deedView struct{ Sign, Text string }

// rank orders asks by their end; what does not lapse comes last.
func (a *askView) rank() int64 {
	if a == nil {
		return math.MaxInt64
	}
	return a.end.UnixMilli()
}

// outcomes is what became of the flags of a session, as far as a page needs it.
type outcomes struct {
	byFlag map[string]models.Decision
	deeds  map[string][]models.Action // by decision, in the order they were planned
}

func (o *outcomes) put(d models.Decision) {
	if o.byFlag == nil {
		o.byFlag = map[string]models.Decision{}
	}
	o.byFlag[d.Flag] = d
}

// did notes an action, or how far it has come since.
func (o *outcomes) did(a models.Action) {
	if a.Decision == "" {
		return
	}
	if o.deeds == nil {
		o.deeds = map[string][]models.Action{}
	}
	list := o.deeds[a.Decision]
	if i := slices.IndexFunc(list, func(x models.Action) bool { return x.ID == a.ID }); i >= 0 {
		list[i] = a
		return
	}
	o.deeds[a.Decision] = append(list, a)
}

// learn takes in what a flag's place knows of its outcome.
func (p *painter) learn(place models.FlagPlace) {
	if place.Decision == nil {
		return
	}
	p.known.put(*place.Decision)
	for _, a := range place.Actions {
		p.known.did(a)
	}
}

// outcome adds what became of a flag: the ask that waits, or what was done.
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
				continue // the last: nobody could carry it out in this room now
			}
			v.Ask.Choices = append(v.Ask.Choices, choiceView{offer, strings.TrimSpace(verbLabel(models.Verb(verb)) + " " + rest), verb})
			covered = append(covered, models.Verb(verb))
		}
		v.Verbs = slices.DeleteFunc(slices.Clone(v.Verbs), func(o offer) bool { return slices.Contains(covered, o.Verb) })
	}
	if v.Open && d.Ask == models.AskExpired {
		v.Deeds = append(v.Deeds, deedView{"·", "nobody answered in time"})
	}
	for _, a := range p.known.deeds[d.ID] {
		if t := deedText(a); t.Text != "" {
			v.Deeds = append(v.Deeds, t)
		}
	}
}

// verbLabel is a verb as a button says it.
func verbLabel(v models.Verb) string {
	words := strings.ReplaceAll(string(v), "_", " ")
	switch v {
	case models.VerbToAudience:
		words = "move to audience"
	case models.VerbTell:
		words = "tell the hosts"
	}
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// deedText says how far an action has come.
func deedText(a models.Action) deedView {
	what := strings.ToLower(verbLabel(a.Verb))
	if a.ForMS > 0 {
		what += " for " + length(time.Duration(a.ForMS)*time.Millisecond)
	}
	switch a.State {
	case models.ActionSeen:
		if !a.Sent.IsZero() && a.Seen.After(a.Sent) && a.Seen.Sub(a.Sent) >= 100*time.Millisecond {
			return deedView{"✓", fmt.Sprintf("%s, seen after %s", what, length(a.Seen.Sub(a.Sent)))}
		}
		return deedView{"✓", what}
	case models.ActionFailed:
		return deedView{"✕", what + " failed: " + a.Error}
	case models.ActionUndone:
		if a.Verb.Undoes() != "" { // the end of something that was taken back, or that something longer replaced
			return deedView{"↩", what + " not needed any more"}
		}
		return deedView{"↩", what + " taken back"}
	case models.ActionSent:
		return deedView{"…", what + " sent"}
	}
	return deedView{}
}
