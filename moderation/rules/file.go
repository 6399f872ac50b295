package rules

import (
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// Durations are in ms. A rule's hash is computed from its encoding/json form, so that moving a rule to another line or file does not
// change it; the names and the order of the fields are part of the hash.

// File is one rule file.
type File struct {
	Name      string // as reported in problems
	Dir       string // its folder on disk, or "" for a shipped pack
	Pack      string // the file's name without folder and extension
	Profile   string
	Mode      models.Mode // "" when not set
	Use       []strict.Text
	People    map[models.Role][]string
	Newcomer  *Newcomer
	Languages []string // allowed
	VoteOver  int64
	Ledgers   []Ledger
	Automatic []models.Verb // actions that a rule may take without asking, if it says automatic: yes
	Off       []strict.Text
	Zone      *time.Location // of the room; nil: not set
	Exempt    []Exempt
	Words     []List
	Added     []List // to lists of used files, which have them too once all files are read
	Trust     Trust
	Named     []Named // the named conditions
	Rules     []*Rule
	Checks    []Check

	Used []*File // the files of Use
}

// Closure returns the file after all the files that it uses, each once: the order in which later ones win.
func (f *File) Closure() []*File { return closure(f, nil) }

func closure(f *File, done []*File) []*File {
	for _, u := range f.Used {
		if !slices.Contains(done, u) {
			done = closure(u, done)
		}
	}
	return append(done, f)
}

// Newcomer defines until when somebody is new: until everything given is reached.
type Newcomer struct{ InRoom, CleanSpeech int64 }

// Exempt lists people to whom no rules apply: by role or person, for all rules or for those of some packs.
type Exempt struct {
	Roles, Speakers, Packs []strict.Text
	File                   string `json:"-"`
	Line                   int    `json:"-"`
}

// Ledger is one ledger. Fade is in points per ms; Each is for how long a point counts, in ms, or 0; Reset is when all points are
// cleared.
type Ledger struct {
	Name, Per, Across string
	Fade              float64
	Each              int64  `json:",omitempty"`
	Reset             string `json:",omitempty"`
}

// List is one entry of words:.
type List struct {
	Name     string
	Line     int `json:"-"`
	Words    []strict.Text
	Never    []strict.Text
	Mask     bool
	Forms    []string // among the Language's forms; none: exact
	Language string   // one of the Language's
}

// Named is a named condition.
type Named struct {
	Name string
	Cond *Cond
}

// Trust is the contents of trust:.
type Trust struct{ Final, Sound, Floor Gates }

// Gates are the limits of one stage of trust; nil fields are not set.
type Gates struct {
	WordP, LogProb, Voiced, LossMax *float64
	Attribution                     []models.Attribution
	Line                            int `json:"-"`
}

// Check is one entry of checks:.
type Check struct {
	Say    []Said
	WAV    string // a recording, instead of Say
	By     models.Role
	WordP  float64
	None   bool    // no rule must fire
	Scene  []Event // what happens, instead of Say
	Start  Clock   // of the scene
	Expect []Expectation
	Line   int
}

// Said is one line of a check.
type Said struct {
	Text    string
	At      int64 // ms from the check's beginning; -1: half a second after the previous line
	By      models.Role
	Speaker string
	WordP   float64 // -1: as in the check
}

// Event is one event of a scene: exactly one of Say, Talk, Sound, Join, Leave, Unmute, Language, Points, Answer, Wait and Session is
// given. At and For are in ms.
type Event struct {
	At  int64 // from the beginning of the session; -1: when the previous event is over
	For int64
	Who string // the person of Talk, Sound, Join, Leave, Unmute, Language and Points; the speaker of Say

	Kind   string // the key that is given
	Text   string // of Say; the code of Language, the ledger of Points, the rule of Answer
	Role   models.Role
	WordP  float64
	Points float64
	Answer string
	Sound  Heard

	Line int
}

// The kinds of events of a scene.
const (
	EventSay      = "say"
	EventTalk     = "talk"
	EventSound    = "sound"
	EventJoin     = "join"
	EventLeave    = "leave"
	EventUnmute   = "unmute"
	EventLanguage = "language"
	EventPoints   = "points"
	EventAnswer   = "answer"
	EventWait     = "wait"
	EventSession  = "session"
)

// Heard is the properties of a sound in a scene: shares are 0 to 1.
type Heard struct{ Level, Clipped, Music, Noise float64 }

// Clock is a day of the week and a time of day, in minutes; unset: noon of a Monday.
type Clock struct {
	Set     bool
	Day     time.Weekday
	Minutes int
}

// Expectation is the expected result of one rule: a mode, a level, or "none".
type Expectation struct {
	Rule, Want string
	Line       int
}

// List looks up a word list by name: in the file itself, then in the files it uses, the latest first. of is the file that contains
// it; the list is nil if there is none.
func (f *File) List(name string) (l *List, of *File) {
	return lookUp(f, func(f *File) *List {
		i := slices.IndexFunc(f.Words, func(l List) bool { return l.Name == name })
		if i < 0 {
			return nil
		}
		return &f.Words[i]
	})
}

// Condition looks up a named condition like List.
func (f *File) Condition(name string) (c *Cond, of *File) {
	return lookUp(f, func(f *File) *Cond {
		i := slices.IndexFunc(f.Named, func(n Named) bool { return n.Name == name })
		if i < 0 {
			return nil
		}
		return f.Named[i].Cond
	})
}

// lookUp finds something in a file or in the files it uses, the latest first.
func lookUp[T any](f *File, in func(*File) *T) (found *T, of *File) {
	if found := in(f); found != nil {
		return found, f
	}
	for _, u := range slices.Backward(f.Used) {
		if found, of := lookUp(u, in); found != nil {
			return found, of
		}
	}
	return nil, nil
}
