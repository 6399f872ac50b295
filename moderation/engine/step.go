package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/rules"
)

// step is one consequence of a rule's verdict.
type step interface {
	rules.StepContent
	// plan adds the step's effects to the consequences of the verdict.
	plan(p *planning)
}

// hosts are the roles that can be asked and notified.
var hosts = []models.Role{models.RoleHost, models.RoleCohost}

// ask asks hosts what to do.
type ask struct {
	Who     []models.Role `json:",omitempty"`
	Offer   []string      `json:",omitempty"`
	Expires int64         `json:",omitempty"`
}

// Shape is how ask: is written.
func (s *ask) Shape() strict.Shape {
	return strict.Mapping{What: "ask", Instead: strict.As("who"), Fields: []strict.Field{
		{Name: "who", Shape: strict.ManyOf("who", &s.Who, hosts...)},
		{Name: "offer", Shape: strict.CheckedTexts("offer", offerPattern, s.takeOffer)},
		{Name: "expires", Shape: strict.Seconds("expires", &s.Expires)},
	}}
}

// takeOffer parses a choice offered to a host: "mute 60s", "warn", "dismiss".
func (s *ask) takeOffer(v strict.Value, t strict.Text) {
	if _, err := parseOffer(t.Text); err != nil {
		word, _, _ := strings.Cut(t.Text, " ")
		hint := ""
		if !slices.Contains(offerVerbs, word) {
			hint = strict.DidYouMean(word, offerVerbs)
		}
		v.Bad("%s%s", err, hint)
		return
	}
	s.Offer = append(s.Offer, t.Text)
}

// add adds points to one of the speaker's ledgers.
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
			{Name: "points", Shape: strict.Excluding(strict.Number("points", &s.Points, 0, 1000), 0)},
		},
		Required: []string{"to", "points"},
		Check: func(v strict.Value) {
			if n, err := strconv.ParseFloat(v.At("points").Text(), 64); err == nil && n == 0 {
				v.Bad("add: 0 points have no effect: remove the step, or give points:")
			}
		},
	}
}

// tell notifies hosts, or a webhook.
type tell struct {
	Text    string        `json:",omitempty"`
	Who     []models.Role `json:",omitempty"`
	Webhook string        `json:",omitempty"`
}

// Shape is how tell: is written.
func (s *tell) Shape() strict.Shape {
	return strict.Mapping{
		What:    "tell",
		Instead: strict.As("who"),
		Fields: []strict.Field{
			{Name: "who", Shape: strict.ManyOf("who", &s.Who, hosts...)},
			{Name: "webhook", Shape: strict.Name("webhook", &s.Webhook)},
			{Name: "text", Shape: rules.Message(&s.Text)},
		},
		Check: func(v strict.Value) {
			if !v.Has("who", "webhook") {
				v.Bad("tell needs who: (host, cohost) or webhook: (its name)")
			}
		},
	}
}

// redact redacts the words in the database: once a host has confirmed it, or immediately with AtOnce, as in mode act.
type redact struct {
	RedactText bool   `json:",omitempty"`
	RedactClip string `json:",omitempty"`
	AtOnce     bool   `json:",omitempty"`
}

// waits reports whether a host is asked before anything is redacted.
func (s *redact) waits(mode models.Mode) bool { return mode != models.ModeAct && !s.AtOnce }

// Shape is how redact: is written.
func (s *redact) Shape() strict.Shape {
	return strict.Mapping{What: "redact", Instead: strict.As("text"), Fields: []strict.Field{
		{Name: "text", Shape: strict.Bool("text", &s.RedactText)},
		{Name: "clip", Shape: strict.OneOf("clip", &s.RedactClip, ClipBeep, ClipSilence, "keep")},
		{Name: "at_once", Shape: strict.Bool("at_once", &s.AtOnce)},
	}, Check: func(v strict.Value) {
		if !s.RedactText && (s.RedactClip == "" || s.RedactClip == "keep") {
			v.Bad("redact: nothing is redacted: write text: yes, clip: beep or clip: silence")
		}
	}}
}

// inTheRoom is a step that acts in the room.
type inTheRoom interface {
	step
	// order returns the action to take.
	order() order
}

// order is an action in the room.
type order struct {
	verb      models.Verb
	text, via string
	forMS     int64
	toRoom    bool // instead of to the speaker
}

// message sends a message to the speaker or the room.
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
		{Name: "text", Shape: rules.Message(&s.Text)},
	}, Instead: asText, Check: func(v strict.Value) {
		if s.To == "room" && s.Via == "private" {
			v.Bad("via: private reaches one person: write via: chat, or to: speaker")
		}
	}}
}

// asText says how a message is written whose text alone was.
func asText(text string) string { return fmt.Sprintf("write {text: %q}", text) }

func (s *message) order() order {
	return order{verb: s.verb, text: s.Text, via: s.Via, toRoom: s.To == "room"}
}

// restrict restricts the speaker: their voice, their place on stage, or their presence in the room.
type restrict struct {
	verb  models.Verb
	Text  string `json:",omitempty"`
	ForMS int64  `json:",omitempty"`
}

// Shape is how mute:, to_audience:, remove: and ban: are written.
func (s *restrict) Shape() strict.Shape {
	m := strict.Mapping{What: string(s.verb), Fields: []strict.Field{{Name: "text", Shape: rules.Message(&s.Text)}}}
	if s.verb != models.VerbRemove && s.verb != models.VerbNewcomersListen { // these have no duration
		m.Instead = strict.As("for")
		m.Fields = append([]strict.Field{{Name: "for", Shape: strict.Seconds("for", &s.ForMS)}}, m.Fields...)
	}
	return m
}

func (s *restrict) order() order { return order{verb: s.verb, text: s.Text, forMS: s.ForMS} }

// find returns the last step of a type, or nil.
func find[T step](steps []step) (found T, ok bool) {
	for _, s := range steps {
		if x, is := s.(T); is {
			found, ok = x, true
		}
	}
	return found, ok
}

// shortDuration formats a duration as in rule files.
func shortDuration(ms int64) string {
	text := (time.Duration(ms) * time.Millisecond).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// uniqueOffers removes duplicate offers and adds a dismissal, last.
func uniqueOffers(offers []string) []string {
	var out []string
	for _, o := range offers {
		if o != AnswerDismiss && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return append(out, AnswerDismiss)
}

// The answers that every ask accepts in addition to its offers.
const (
	AnswerConfirm = "confirm" // the flag is right; nothing more is done
	AnswerDismiss = "dismiss" // the flag is wrong: its points do not count, and its actions are undone
)

// offerVerbs are the actions that can be offered to a host.
var offerVerbs = []string{"warn", "nudge", "mute", "to_audience", "remove", "ban", "redact", "newcomers_listen_only", "dismiss"}

// offerPattern matches an offer: a verb, and for some verbs a duration.
const offerPattern = `^(warn|nudge|redact|remove|newcomers_listen_only|dismiss|(mute|to_audience|ban)( [0-9]+(ms|s|m|h|d|w))?)$`

// choice is a parsed offer.
type choice struct {
	verb  models.Verb
	forMS int64
}

// parseOffer parses "mute 60s", "warn", "dismiss".
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
		return choice{}, fmt.Errorf("offer %q: %s takes no duration", strict.Shorten(text), verb)
	}
	d, err := strict.ParseDuration(length)
	if err != nil || d < time.Second {
		return choice{}, fmt.Errorf("offer %q: the duration must be like 60s", strict.Shorten(text))
	}
	c.forMS = d.Milliseconds()
	return c, nil
}
