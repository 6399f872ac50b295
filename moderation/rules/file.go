package rules

import (
	"slices"
	"time"

	"earshot/configs/strict"
	"earshot/models"
)

// Durations are in ms. What a rule's hash is made of is what encoding/json makes of it, so that moving a rule to another line
// or file does not change it; the names and the order of the fields are part of that.

// File is one rule file.
type File struct {
	Name      string // as reported in problems
	Dir       string // where it lies on disk, or "" for a shipped pack
	Pack      string // the file's name without folder and ending
	Profile   string
	Mode      models.Mode // "" when not set
	Use       []strict.Text
	People    map[models.Role][]string
	Newcomer  *Newcomer
	Languages []string // allowed
	VoteOver  int64
	Ledgers   []Ledger
	Automatic []models.Verb // what a rule may do without asking, where it says so itself
	Off       []strict.Text
	Zone      *time.Location // of the room; nil: not set
	Exempt    []Exempt
	Words     []List
	Trust     Trust
	Rules     []*Rule
	Checks    []Check

	Used []*File // the files of Use
}

// Closure is the file behind all that it uses, each once: the order in which later wins.
func (f *File) Closure() []*File { return closure(f, nil) }

func closure(f *File, done []*File) []*File {
	for _, u := range f.Used {
		if !slices.Contains(done, u) {
			done = closure(u, done)
		}
	}
	return append(done, f)
}

// Newcomer says until when somebody is new: until everything given is reached.
type Newcomer struct{ InRoom, CleanSpeech int64 }

// Exempt is who no rule is about: some roles or people, of all rules or of those of some packs.
type Exempt struct {
	Roles, Speakers, Packs []strict.Text
	Line                   int `json:"-"`
}

// Ledger is one ledger. Fade is in points per ms; Each is for how long a point counts, in ms, or 0; Reset is when all are cleared.
type Ledger struct {
	Name, Per, Across string
	Fade              float64
	Each              int64  `json:",omitempty"`
	Reset             string `json:",omitempty"`
}

// List is one entry of words:.
type List struct {
	Name     string
	Words    []strict.Text
	Never    []strict.Text
	Mask     bool
	Forms    []string // those of the Language; none: as they are written
	Language string   // one of the Language's
}

// Trust is what trust: sets.
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
	None   bool    // no rule is to fire
	Scene  []Event // what happens, instead of Say
	Start  Clock   // of the scene
	Expect []Expectation
	Line   int
}

// Said is one line of a check.
type Said struct {
	Text    string
	At      int64 // ms from the check's beginning; -1: half a second after the line before
	By      models.Role
	Speaker string
	WordP   float64 // -1: that of the check
}

// Event is one thing that happens in a scene: exactly one of Say, Talk, Sound, Join, Leave, Unmute, Language, Points, Answer,
// Wait and Session is given. At and For are in ms.
type Event struct {
	At  int64 // from the beginning of the session; -1: when the event before it is over
	For int64
	Who string // Talk, Sound, Join, Leave, Unmute, Language and Points are about this person; the speaker of Say

	Kind   string // the key of what is given
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

// Heard is what something sounds like in a scene: shares are 0 to 1.
type Heard struct{ Level, Clipped, Music, Noise float64 }

// Clock is a day of the week and a time of day, in minutes; unset: noon of a Monday.
type Clock struct {
	Set     bool
	Day     time.Weekday
	Minutes int
}

// Expectation is what a check says of one rule: a mode, a level, or "none".
type Expectation struct {
	Rule, Want string
	Line       int
}

// List looks a word list up by its name: in the file itself, then in what it uses, the latest first. of is the file that holds
// it; the list is nil when there is none.
func (f *File) List(name string) (l *List, of *File) {
	for i := range f.Words {
		if f.Words[i].Name == name {
			return &f.Words[i], f
		}
	}
	for _, u := range slices.Backward(f.Used) {
		if l, of := u.List(name); l != nil {
			return l, of
		}
	}
	return nil, nil
}
