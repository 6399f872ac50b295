package tune

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// Session is a stored session: its lines in the order in which they ended, and its flags with the hosts' decisions.
type Session struct {
	Session models.Session
	People  []models.Speaker
	Lines   []models.Utterance
	Flags   []models.Flag
}

// Sessions calls do for one stored session after another, until it fails. It is called twice and must yield the same both times.
type Sessions func(do func(Session) error) error

// Options selects what is tuned.
type Options struct {
	Load  engine.LoadOptions
	Paths []string // of the rule files, as they are loaded
	Rule  string   // only this one; "": all
}

// LeastDecisions is how many decisions about a rule's flags are needed for reliable figures.
const LeastDecisions = 20

// Figures describes a rule's effect on the stored lines.
type Figures struct {
	// Flags counts everything it flags, Asks what reaches a host or the room.
	Flags int `json:"flags"`
	Asks  int `json:"asks"`
	// Confirmed and Dismissed count its flags on lines where hosts confirmed or dismissed one.
	Confirmed int `json:"confirmed"`
	Dismissed int `json:"dismissed"`
}

// Decided returns how many of the flags hosts decided.
func (f Figures) Decided() int { return f.Confirmed + f.Dismissed }

// Proposal is a change to a rule with its effect.
type Proposal struct {
	// ID identifies the proposal: it stays the same as long as the change does.
	ID   string `json:"id"`
	Rule string `json:"rule"`
	File string `json:"file"` // in which the rule stands; "shipped:" begins those of the program
	// Text describes the change, YAML is what would be written. Both may contain words that were said; Masked hides those of masked
	// lists.
	Text     string   `json:"text"`
	YAML     string   `json:"yaml"`
	Before   Figures  `json:"before"`
	After    Figures  `json:"after"`
	Warnings []string `json:"warnings,omitempty"`
	// Diff is the change to the host's rule file, if requested; "": the proposal cannot be applied.
	Diff string `json:"diff,omitempty"`

	change  rules.Change
	phrases []string
	kind    kind
}

// Lost returns how many flags confirmed by hosts the rule would no longer raise.
func (p Proposal) Lost() int { return max(0, p.Before.Confirmed-p.After.Confirmed) }

// Masked returns the proposal with the words of masked lists hidden.
func (p Proposal) Masked(set *engine.Set) Proposal {
	p.Text, p.YAML, p.Diff = p.MaskIn(set, p.Text), p.MaskIn(set, p.YAML), p.MaskIn(set, p.Diff)
	return p
}

// MaskIn hides the words of masked lists that the proposal adds to a text.
func (p Proposal) MaskIn(set *engine.Set, text string) string {
	for _, phrase := range p.phrases {
		text = strings.ReplaceAll(text, phrase, set.Mask(phrase))
	}
	return text
}

// idOf derives the id of a change.
func idOf(c rules.Change) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x1f%d\x1f%v\x1f%s", c.Rule, c.Score, c.To, c.Unless))
	return hex.EncodeToString(sum[:4])
}

// kind is what a proposal changes.
type kind int

const (
	stricter kind = iota // a higher score
	milder               // a lower one
	phrase
	role
	reported
)
