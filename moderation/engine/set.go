package engine

import (
	"slices"

	"earshot/models"
	"earshot/moderation/match"
)

// Set is a compiled set of rules. It is immutable: any number of sessions may share it.
type Set struct {
	name      string
	hash      string
	mode      models.Mode
	rules     []*rule  // by id
	sources   []source // of the matcher
	matcher   *match.Matcher
	members   map[string][]models.Role // by a person's identity
	files     []string
	disk      []string // the absolute paths of those on disk, lists too
	roles     map[models.Role]bool
	newcomers *rawNewcomer
	languages []string
	voteOver  int64
	ledgers   map[string]rawLedger
	automatic []string
	trust     trust

	reach, repeats int64 // how far back lines are looked at, in ms
}

// source is what the rules say of a source of the matcher: a word list in one form, a group of phrases or of patterns, or a
// kind of personal data.
type source struct {
	name string // of the word list, or ""
	how  string
	mask bool
}

// rule is one compiled rule.
type rule struct {
	id, pack, hash, about string
	mode                  models.Mode
	level                 models.Level
	title                 string
	when, unless          *cond
	trust                 gates
	span                  *rawSpan
	on                    rawOn
	look                  *rawLook
	atMost                *rawAtMost
	automatic             bool
	clip                  *rawClip
	steps                 []rawStep
	spoken                bool // it is judged when something was said
	observed              bool // it is judged when something was observed
	ladder                bool // it is judged when a ledger has changed
	bySound               bool // some of its matches are by sound
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
		out[i] = RuleInfo{ID: r.id, Pack: r.pack, Hash: r.hash, Level: r.level, Mode: r.mode, About: r.about}
	}
	return out
}

// rolesOf are all roles of a person: what the platform says (guest when it says nothing) and what people: says.
func (s *Set) rolesOf(id string, platform models.Role) []models.Role {
	if platform == "" {
		platform = models.RoleGuest
	}
	return append([]models.Role{platform}, s.members[id]...)
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
		for _, step := range r.steps {
			if step.Webhook != "" && !slices.Contains(out, step.Webhook) {
				out = append(out, step.Webhook)
			}
		}
	}
	slices.Sort(out)
	return out
}
