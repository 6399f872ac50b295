package engine

import "earshot/models"

// The raw types are the rule language as it is written, after the strict reading and before anything is resolved.
// Fields that say where something stands are left out of the content hash, so moving a rule does not change it.
// Durations are in ms.

// rawFile is one rule file.
type rawFile struct {
	name      string // as reported in problems
	dir       string // where it lies on disk, or "" for a shipped pack
	pack      string // the file's name without folder and ending
	profile   string
	mode      models.Mode // "" when not set
	modeAt    int
	use       []rawRef
	people    map[models.Role][]string
	newcomer  *rawNewcomer
	languages []string // allowed
	voteOver  int64
	ledgers   []rawLedger
	automatic []string // verbs that a rule may do without asking, where it says so itself
	off       []rawText
	words     []rawList
	trust     rawTrust
	rules     []*rawRule
	checks    []rawCheck

	used []*rawFile // the files of use, resolved
}

func newRawFile(name, pack string) *rawFile {
	return &rawFile{name: name, pack: pack, people: map[models.Role][]string{}}
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

// rawNewcomer says until when somebody is new: until everything given is reached.
type rawNewcomer struct{ InRoom, CleanSpeech int64 }

// rawLedger is one ledger. Fade is in points per ms.
type rawLedger struct {
	Name, Per, Across string
	Fade              float64
	line              int
}

// rawList is one entry of words:.
type rawList struct {
	Name     string
	Words    []rawText
	Never    []rawText
	Mask     bool
	Forms    []string
	Language string
	line     int
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
	ID         string
	About      string
	Mode       models.Mode
	When       *rawCond
	Unless     *rawCond
	Span       *rawSpan `json:",omitempty"`
	On         rawOn
	SecondLook *rawLook   `json:",omitempty"`
	AtMost     *rawAtMost `json:",omitempty"`
	Automatic  bool       `json:",omitempty"`
	Trust      rawGates
	Flag       rawFlag
	Steps      []rawStep `json:",omitempty"`
	line       int
	pack       *rawFile
}

// rawSpan lets matches reach over several utterances of one speaker: those of the last Last ms, with pauses of at most Gap ms.
type rawSpan struct{ Last, Gap int64 }

// rawOn says what partial and final text do.
type rawOn struct{ Partial, Final string }

// rawLook is the second look at the sound.
type rawLook struct {
	Model     string
	MustAgree bool
}

// rawAtMost bounds how often a rule may reach the host or the room.
type rawAtMost struct {
	OncePer int64
	By      string
}

// rawFlag is what then: says about the flag.
type rawFlag struct {
	Level models.Level
	Title string
	Clip  *rawClip `json:",omitempty"`
}

// rawClip is how much sound is kept around the words, and for how long; Unsaid is as the settings say.
type rawClip struct{ Before, After, Keep int64 }

// rawStep is one step of then: besides the flag.
type rawStep struct {
	Verb           string
	To, Via, Text  string   `json:",omitempty"`
	Who            []string `json:",omitempty"`
	Webhook        string   `json:",omitempty"`
	Offer          []string `json:",omitempty"`
	Expires, ForMS int64    `json:",omitempty"`
	Ledger         string   `json:",omitempty"`
	Points         float64  `json:",omitempty"`
	RedactText     bool     `json:",omitempty"`
	RedactClip     string   `json:",omitempty"`
	line           int
}

// condKind tells conditions apart.
type condKind string

const (
	condAny      condKind = "any"
	condAll      condKind = "all"
	condNone     condKind = "none"
	condSays     condKind = "says"
	condReveals  condKind = "reveals"
	condRepeats  condKind = "repeats"
	condFloor    condKind = "floor"
	condHeard    condKind = "heard"
	condLanguage condKind = "spoken_language"
	condRoom     condKind = "room"
	condLedger   condKind = "ledger"
	condIf       condKind = "if"
	condRole     condKind = "role"
	condSpeaker  condKind = "speaker"
	condNewcomer condKind = "newcomer"
	condReported condKind = "reported_speech"
)

// rawCond is one condition of when: or unless:, with the conditions below it.
type rawCond struct {
	Kind    condKind
	Kids    []*rawCond   `json:",omitempty"`
	Says    *rawSays     `json:",omitempty"`
	Repeats *rawRepeats  `json:",omitempty"`
	Floor   *rawFloor    `json:",omitempty"`
	Heard   *rawHeard    `json:",omitempty"`
	Tongue  *rawTongue   `json:",omitempty"`
	Room    *rawRoom     `json:",omitempty"`
	Ledgers []rawBalance `json:",omitempty"`
	If      string       `json:",omitempty"`
	Want    bool         `json:",omitempty"` // of newcomer and reported_speech
	// Names are the roles of role:, the identities of speaker:, or the kinds of reveals:.
	Names []string `json:",omitempty"`
	line  int
	lines []int // of Names
}

// rawSays is the says: matcher. Exactly one of Words, Phrase, Pattern is set.
type rawSays struct {
	Words, Phrase, Pattern []rawText
	How                    string `json:",omitempty"`
	Gap                    int
	line                   int
}

// rawRepeats is the repeats: matcher: the same thing, Times times within Within ms; Similar is how alike, 0 to 1.
type rawRepeats struct {
	Times   int
	Within  int64
	Similar float64
}

// rawFloor is the floor: matcher. Its parts must all hold.
type rawFloor struct {
	ShareOver, Overlap *float64 `json:",omitempty"`
	TurnOver           int64    `json:",omitempty"`
	Interruptions      *compare `json:",omitempty"`
	Of                 int64
	MinSpeakers        int
}

// rawHeard is the heard: matcher. Its parts must all hold for For ms on end.
type rawHeard struct {
	LoudnessAbove         *float64 `json:",omitempty"`
	Clipped, Music, Noise *compare `json:",omitempty"`
	For                   int64
}

// rawTongue is the spoken_language: matcher.
type rawTongue struct {
	NotIn []string // or "allowed"
	Sure  float64
}

// rawRoom is the room: matcher. Its parts must all hold.
type rawRoom struct {
	Joins, Unmutes *compare `json:",omitempty"`
	Within         int64
	Silence        int64 `json:",omitempty"`
}

// rawBalance compares a person's balance in a ledger.
type rawBalance struct {
	Name string
	Need compare
	line int
}

// rawCheck is one entry of checks:.
type rawCheck struct {
	say    []rawSaid
	wav    string
	by     models.Role
	wordP  float64
	none   bool
	expect []expectation
	line   int
}

// rawSaid is one line of a check.
type rawSaid struct {
	text    string
	at      int64 // ms from the check's beginning; -1: half a second after the line before
	by      models.Role
	speaker string
	wordP   float64 // -1: that of the check
}

// expectation is what a check says of one rule: a mode, a level, or "none".
type expectation struct {
	rule, want string
	line       int
}
