package moderation

import "earshot/models"

// The raw types are the rule language as it is written, after the strict reading and before anything is resolved.
// Fields that say where something stands are left out of the content hash, so moving a rule does not change it.

// rawFile is one rule file.
type rawFile struct {
	name    string // as reported in problems
	pack    string // the file's name without folder and ending
	profile string
	mode    models.Mode // "" when not set
	modeAt  int
	use     []rawRef
	people  map[models.Role][]string
	words   []rawList
	trust   rawTrust
	rules   []*rawRule
	checks  []rawCheck

	used []*rawFile // the files of use, resolved
}

// rawRef is a name and the line where it stands.
type rawRef struct {
	name string
	line int
}

// rawText is a text and the line where it stands.
type rawText struct {
	Text string
	line int
	file string // the list file the text comes from, or ""
}

// rawList is one entry of words:.
type rawList struct {
	Name  string
	Words []rawText
	Never []rawText
	Mask  bool
	line  int
}

// rawTrust is what trust: sets; nil fields are not set.
type rawTrust struct {
	Final, Sound, Floor rawGates
	line                int
}

// rawGates are the limits of one stage of trust.
type rawGates struct {
	WordP, LogProb, Voiced, LossMax *float64
	Attribution                     []models.Attribution
	line                            int
}

// rawRule is one entry of rules:.
type rawRule struct {
	ID     string
	About  string
	Mode   models.Mode
	When   *rawCond
	Unless *rawCond
	Trust  rawGates
	Flag   rawFlag
	line   int
	pack   *rawFile
}

// rawFlag is what then: says about the flag.
type rawFlag struct {
	Level models.Level
	Title string
}

// condKind tells conditions apart.
type condKind string

const (
	condAny     condKind = "any"
	condAll     condKind = "all"
	condNone    condKind = "none"
	condSays    condKind = "says"
	condRole    condKind = "role"
	condSpeaker condKind = "speaker"
)

// rawCond is one condition of when: or unless:, with the conditions below it.
type rawCond struct {
	Kind condKind
	Kids []*rawCond `json:",omitempty"`
	Says *rawSays   `json:",omitempty"`
	// Names are the roles of role: or the identities of speaker:.
	Names []string `json:",omitempty"`
	line  int
	lines []int // of Names
}

// rawSays is the says: matcher. Exactly one of Words, Phrase, Pattern is set.
type rawSays struct {
	Words, Phrase, Pattern []rawText
	Gap                    int
	line                   int
}

// rawCheck is one entry of checks:.
type rawCheck struct {
	say    string
	by     models.Role
	wordP  float64
	none   bool
	expect []expectation
	line   int
}

// expectation is what a check says of one rule: a mode, a level, or "none".
type expectation struct {
	rule, want string
	line       int
}
