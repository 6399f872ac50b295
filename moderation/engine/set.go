package engine

import (
	"cmp"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// Set is a compiled set of rules. It is immutable: any number of sessions may share it.
type Set struct {
	*condition.Settings
	name      string
	hash      string
	mode      models.Mode
	rules     []*rule // by id
	files     []string
	disk      []string // the absolute paths of those on disk, lists too
	automatic []models.Verb
	trust     trust
	notes     []Note
	exempt    []rules.Exempt
}

// rule is one compiled rule.
type rule struct {
	*rules.Rule
	pack, hash   string
	title        string
	mode         models.Mode         // the weaker of the rule's and the profile's
	when, unless condition.Condition // unless is nil when there is none
	trust        gates
	steps        []step
	looks        condition.Looks     // of when
	meaning      bool                // the text model is asked
	bySound      bool                // some of its matches are by sound
	balances     []condition.Balance // that when compares
}

// spoken reports whether the rule is judged when something was said.
func (r *rule) spoken() bool {
	return r.looks&(condition.AtWords|condition.AtLine) != 0 || r.looks&(condition.AtPerson|condition.AtRoom|condition.AtLedger) == 0
}

// observed reports whether the rule is judged when something was observed.
func (r *rule) observed() bool { return r.looks&(condition.AtPerson|condition.AtRoom) != 0 }

// ladder reports whether the rule is judged when a ledger has changed.
func (r *rule) ladder() bool { return r.looks&condition.AtLedger != 0 }

// forRoom reports whether the rule is about the room and not about a person.
func (r *rule) forRoom() bool {
	return r.looks&condition.AtRoom != 0 && r.looks&(condition.AtPerson|condition.AtWords) == 0
}

// info describes the rule.
func (r *rule) info() RuleInfo {
	return RuleInfo{ID: r.ID, Pack: r.pack, Hash: r.hash, Level: r.Flag.Level, Mode: r.mode, About: r.About}
}

// Name is the profile's name, or that of the rule file when it names none.
func (s *Set) Name() string { return s.name }

// Hash is a short hash (12 hexadecimal digits) of what the set means: of every rule, list, role and gate, but not of
// comments, order or layout.
func (s *Set) Hash() string { return s.hash }

// Mode is how far the profile lets rules go.
func (s *Set) Mode() models.Mode { return s.mode }

// String is the set's name and the beginning of its hash: "open-mic@3f9c21".
func (s *Set) String() string { return s.name + "@" + s.hash[:6] }

// Files are the files that were read, in the order of reading; shipped packs begin with "shipped:".
func (s *Set) Files() []string { return s.files }

// Disk are the absolute paths of the files that were read from the disk, lists too.
func (s *Set) Disk() []string { return s.disk }

// Note says what a host should know of a rule that is no mistake.
type Note struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// String is the note as mistakes are written: where, which rule, what.
func (n Note) String() string {
	return fmt.Sprintf("%s:%d: rule %s: %s", n.File, n.Line, n.Rule, n.Text)
}

// Notes are what a host should know of the rules although they hold no mistake.
func (s *Set) Notes() []Note { return append([]Note{}, s.notes...) }

// RuleInfo describes one rule of a set.
type RuleInfo struct {
	ID    string       `json:"id"`
	Pack  string       `json:"pack"`
	Hash  string       `json:"hash"`
	Level models.Level `json:"level"`
	Mode  models.Mode  `json:"mode"`
	About string       `json:"about,omitempty"`
}

// Rules describes the rules, sorted by id.
func (s *Set) Rules() []RuleInfo {
	out := make([]RuleInfo, len(s.rules))
	for i, r := range s.rules {
		out[i] = r.info()
	}
	return out
}

// weaker is the weaker of two modes; an empty one does not count.
func weaker(a, b models.Mode) models.Mode {
	if a == "" || (b != "" && modeRank(b) < modeRank(a)) {
		return b
	}
	return a
}

func modeRank(m models.Mode) int {
	switch m {
	case models.ModeSuggest:
		return 1
	case models.ModeAct:
		return 2
	}
	return 0
}

// Webhooks lists the targets of notices that rules tell by name, each once and in order.
func (s *Set) Webhooks() []string {
	var out []string
	for _, r := range s.rules {
		for _, x := range r.steps {
			if t, ok := x.(*tell); ok && t.Webhook != "" && !slices.Contains(out, t.Webhook) {
				out = append(out, t.Webhook)
			}
		}
	}
	slices.Sort(out)
	return out
}

// ladders reports whether any rule looks at a ledger.
func (s *Set) ladders() bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.ladder() })
}

// rule finds a rule by its id, or nil.
func (s *Set) rule(id string) *rule {
	i, ok := slices.BinarySearchFunc(s.rules, id, func(r *rule, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return s.rules[i]
}

// redacts reports whether a rule hides words.
func (r *rule) redacts() bool {
	_, ok := find[*redact](r.steps)
	return ok
}
