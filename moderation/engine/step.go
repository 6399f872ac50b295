package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/rules"
)

// step is one thing that a rule has done once its verdict stands.
type step interface {
	rules.StepContent
	// plan adds what the step does to what follows from the verdict.
	plan(p *planning)
}

// hosts are who may be asked and told.
var hosts = []models.Role{models.RoleHost, models.RoleCohost}

// ask asks hosts what is to be done.
type ask struct {
	Who     []models.Role `json:",omitempty"`
	Offer   []string      `json:",omitempty"`
	Expires int64         `json:",omitempty"`
}

// Shape is how ask: is written.
func (s *ask) Shape() strict.Shape {
	return strict.Mapping{What: "ask", Fields: []strict.Field{
		{Name: "who", Shape: strict.ManyOf("who", &s.Who, hosts...)},
		{Name: "offer", Shape: strict.CheckedTexts("offer", offerPattern, s.takeOffer)},
		{Name: "expires", Shape: strict.Duration("expires", &s.Expires)},
	}}
}

// takeOffer keeps what a host may choose: "mute 60s", "warn", "dismiss".
func (s *ask) takeOffer(v strict.Value, t strict.Text) {
	if _, err := parseOffer(t.Text); err != nil {
		word, _, _ := strings.Cut(t.Text, " ")
		v.Bad("%s%s", err, strict.DidYouMean(word, offerVerbs))
		return
	}
	s.Offer = append(s.Offer, t.Text)
}

// add adds points to a ledger of the speaker's.
type add struct {
	Ledger string  `json:",omitempty"`
	Points float64 `json:",omitempty"`
}

// Shape is how add: is written.
func (s *add) Shape() strict.Shape {
	return strict.Mapping{
		What: "add",
		Fields: []strict.Field{
			{Name: "to", Shape: strict.Name("to", &s.Ledger)},
			{Name: "points", Shape: strict.Number("points", &s.Points, 0, 1000)},
		},
		Required: []string{"to", "points"},
	}
}

// tell tells hosts, or whoever is behind a webhook.
type tell struct {
	Text    string        `json:",omitempty"`
	Who     []models.Role `json:",omitempty"`
	Webhook string        `json:",omitempty"`
}

// Shape is how tell: is written.
func (s *tell) Shape() strict.Shape {
	return strict.Mapping{
		What: "tell",
		Fields: []strict.Field{
			{Name: "who", Shape: strict.ManyOf("who", &s.Who, hosts...)},
			{Name: "webhook", Shape: strict.Name("webhook", &s.Webhook)},
			{Name: "text", Shape: rules.Title(&s.Text)},
		},
		Check: func(v strict.Value) {
			if !v.Has("who", "webhook") {
				v.Bad("tell needs who: (host, cohost) or webhook: (its name)")
			}
		},
	}
}

// redact hides the words in the record.
type redact struct {
	RedactText bool   `json:",omitempty"`
	RedactClip string `json:",omitempty"`
}

// Shape is how redact: is written.
func (s *redact) Shape() strict.Shape {
	return strict.Mapping{What: "redact", Fields: []strict.Field{
		{Name: "text", Shape: strict.Bool("text", &s.RedactText)},
		{Name: "clip", Shape: strict.OneOf("clip", &s.RedactClip, ClipBeep, ClipSilence, "keep")},
	}}
}

// inTheRoom is a step that does something in the room.
type inTheRoom interface {
	step
	// order is what is to be done.
	order() order
}

// order is what is to be done in the room.
type order struct {
	verb      models.Verb
	text, via string
	forMS     int64
	toRoom    bool // and not to the speaker
}

// message says something to the speaker or the room.
type message struct {
	verb          models.Verb
	To, Via, Text string `json:",omitempty"`
}

func newMessage(verb models.Verb) *message { return &message{verb: verb, To: "speaker", Via: "auto"} }

// Shape is how nudge: and warn: are written.
func (s *message) Shape() strict.Shape {
	return strict.Mapping{What: string(s.verb), Fields: []strict.Field{
		{Name: "to", Shape: strict.OneOf("to", &s.To, "speaker", "room")},
		{Name: "via", Shape: strict.OneOf("via", &s.Via, "auto", "private", "chat", "voice")},
		{Name: "text", Shape: rules.Title(&s.Text)},
	}}
}

func (s *message) order() order {
	return order{verb: s.verb, text: s.Text, via: s.Via, toRoom: s.To == "room"}
}

// restrict takes something away from the speaker: the voice, the stage or the room.
type restrict struct {
	verb  models.Verb
	Text  string `json:",omitempty"`
	ForMS int64  `json:",omitempty"`
}

// Shape is how mute:, to_audience:, remove: and ban: are written.
func (s *restrict) Shape() strict.Shape {
	m := strict.Mapping{What: string(s.verb), Fields: []strict.Field{{Name: "text", Shape: rules.Title(&s.Text)}}}
	if s.verb != models.VerbRemove { // what cannot be undone does not last
		m.Fields = append([]strict.Field{{Name: "for", Shape: strict.Duration("for", &s.ForMS)}}, m.Fields...)
	}
	return m
}

func (s *restrict) order() order { return order{verb: s.verb, text: s.Text, forMS: s.ForMS} }

// find is the last step of a type, or nil.
func find[T step](steps []step) (found T, ok bool) {
	for _, s := range steps {
		if x, is := s.(T); is {
			found, ok = x, true
		}
	}
	return found, ok
}

// shortDuration is a duration as rule files have it.
func shortDuration(ms int64) string {
	text := (time.Duration(ms) * time.Millisecond).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// uniqueOffers keeps each offer once; a dismissal is always among them, last.
func uniqueOffers(offers []string) []string {
	var out []string
	for _, o := range offers {
		if o != AnswerDismiss && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return append(out, AnswerDismiss)
}

// The answers that every ask takes besides what it offers.
const (
	AnswerConfirm = "confirm" // the flag is right; nothing more is to be done
	AnswerDismiss = "dismiss" // the flag is wrong: it costs nothing, and what was done is undone
)

// offerVerbs are what a host may be offered.
var offerVerbs = []string{"warn", "nudge", "mute", "to_audience", "remove", "ban", "redact", "newcomers_listen_only", "dismiss"}

// offerPattern is an offer: a verb, and for some how long.
const offerPattern = `^(warn|nudge|redact|remove|newcomers_listen_only|dismiss|(mute|to_audience|ban)( [0-9]+(ms|s|m|h|d|w))?)$`

// choice is an offer taken apart.
type choice struct {
	verb  models.Verb
	forMS int64
}

// parseOffer reads "mute 60s", "warn", "dismiss".
func parseOffer(text string) (choice, error) {
	verb, length, timed := strings.Cut(text, " ")
	if !slices.Contains(offerVerbs, verb) {
		return choice{}, fmt.Errorf("unknown offer %q: one of %s", strict.Shorten(text), strings.Join(offerVerbs, ", "))
	}
	c := choice{verb: models.Verb(verb)}
	if !timed {
		return c, nil
	}
	if c.verb != models.VerbMute && c.verb != models.VerbToAudience && c.verb != models.VerbBan {
		return choice{}, fmt.Errorf("offer %q: %s does not last", strict.Shorten(text), verb)
	}
	d, err := strict.ParseDuration(length)
	if err != nil || d < time.Millisecond {
		return choice{}, fmt.Errorf("offer %q: how long must be a duration such as 60s", strict.Shorten(text))
	}
	c.forMS = d.Milliseconds()
	return c, nil
}
