package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/rules"
)

// Set is a compiled set of rules. It is immutable and can be shared by any number of sessions.
type Set struct {
	*condition.Settings
	name      string
	hash      string
	mode      models.Mode
	modes     map[string]models.Mode // by file, where a named file sets one
	rules     []*rule                // by id
	files     []string
	disk      []string // the absolute paths of files on disk, including word lists
	automatic []models.Verb
	trust     trust
	notes     []Note
	exempt    []rules.Exempt
	lists     []WordList
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
	looks        condition.Inputs    // what when looks at
	meaning      bool                // uses the text model
	bySound      bool                // some matches are by sound
	balances     []condition.Balance // compared by when
}

// spoken reports whether the rule is judged when something was said.
func (r *rule) spoken() bool {
	const words, others = condition.InputWords | condition.InputLine, condition.InputPerson | condition.InputRoom | condition.InputLedger
	return r.looks&words != 0 || r.looks&others == 0
}

// observed reports whether the rule is judged when something was observed.
func (r *rule) observed() bool { return r.looks&(condition.InputPerson|condition.InputRoom) != 0 }

// Observes reports whether any rule looks at the floor, the sound or the room.
func (s *Set) Observes() bool { return slices.ContainsFunc(s.rules, (*rule).observed) }

// ladder reports whether the rule is judged when a ledger has changed.
func (r *rule) ladder() bool { return r.looks&condition.InputLedger != 0 }

// forRoom reports whether the rule concerns the room and not a person.
func (r *rule) forRoom() bool {
	return r.looks&condition.InputRoom != 0 && r.looks&(condition.InputPerson|condition.InputWords) == 0
}

// info describes the rule.
func (r *rule) info() RuleInfo {
	return RuleInfo{ID: r.ID, Pack: r.pack, Hash: r.hash, Level: r.Flag.Level, Mode: r.mode, About: r.About, Title: bareTitle(r.Flag.Title)}
}

// bareTitle is the title of a rule's flags without what was said and who said it: "Insult" of "Insult: {{match}}"; "" where the rest
// makes no title.
func bareTitle(title string) string {
	before, _, filled := strings.Cut(title, "{{")
	if before = strings.TrimSpace(before); !filled {
		return before
	}
	bare, ok := strings.CutSuffix(before, ":")
	if !ok {
		return ""
	}
	return bare
}

// Name is the profile's name, or that of the rule file if it has none.
func (s *Set) Name() string { return s.name }

// Hash is a short hash (12 hexadecimal digits) of the set's meaning: of every rule, list, role and gate, but not of comments, order
// or layout.
func (s *Set) Hash() string { return s.hash }

// Mode is how far the profile lets rules go.
func (s *Set) Mode() models.Mode { return s.mode }

// String is the set's name and the beginning of its hash: "open-mic@3f9c21".
func (s *Set) String() string { return s.name + "@" + s.hash[:6] }

// Files lists the files that were read, in that order; names of shipped packs begin with "shipped:".
func (s *Set) Files() []string { return s.files }

// Disk lists the absolute paths of the files that were read from disk, including word lists.
func (s *Set) Disk() []string { return s.disk }

// Note is something that a host should know about a rule but that is not an error.
type Note struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Rule string `json:"rule"` // its id; "" if the note is about no rule
	Text string `json:"text"`
}

// String formats the note like a problem: where, which rule, what.
func (n Note) String() string {
	if n.Rule == "" {
		return fmt.Sprintf("%s:%d: %s", n.File, n.Line, n.Text)
	}
	return fmt.Sprintf("%s:%d: rule %s: %s", n.File, n.Line, n.Rule, n.Text)
}

// Notes lists what a host should know about the rules although they contain no errors.
func (s *Set) Notes() []Note { return append([]Note{}, s.notes...) }

// RuleInfo describes one rule of a set.
type RuleInfo struct {
	ID    string       `json:"id"`
	Pack  string       `json:"pack"`
	Hash  string       `json:"hash"`
	Level models.Level `json:"level"`
	Mode  models.Mode  `json:"mode"`
	About string       `json:"about,omitempty"`
	Title string       `json:"-"` // that of its flags, without what is filled in; "": they have none
}

// Rules describes the rules, sorted by id.
func (s *Set) Rules() []RuleInfo {
	out := make([]RuleInfo, len(s.rules))
	for i, r := range s.rules {
		out[i] = r.info()
	}
	return out
}

// WordList describes a word list that rules look for.
type WordList struct {
	Name string `json:"name"`
	Pack string `json:"pack"`
	File string `json:"file"` // that contains it, as named by Files
}

// Lists describes the word lists that rules look for, sorted by name.
func (s *Set) Lists() []WordList { return s.lists }

// Where returns the file that contains a rule, as named by Files; "" if the set has no such rule.
func (s *Set) Where(id string) string {
	if r := s.rule(id); r != nil {
		return r.File
	}
	return ""
}

// Text returns a rule's YAML as in its file; "" if the set has no such rule.
func (s *Set) Text(id string) string {
	if r := s.rule(id); r != nil {
		return r.Text()
	}
	return ""
}

// Webhooks lists the notification targets that rules name, each once and in order.
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

// SharesStrikes reports whether strikes of a ledger count in all rooms.
func (s *Set) SharesStrikes() bool {
	for _, l := range s.Ledgers {
		if l.Across == "this_host" {
			return true
		}
	}
	return false
}

// ladders reports whether any rule looks at a ledger.
func (s *Set) ladders() bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool { return r.ladder() })
}

// rule finds a rule by id; nil if there is none.
func (s *Set) rule(id string) *rule {
	i, ok := slices.BinarySearchFunc(s.rules, id, func(r *rule, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return s.rules[i]
}

// redacts reports whether a rule redacts words.
func (r *rule) redacts() bool {
	_, ok := find[*redact](r.steps)
	return ok
}
