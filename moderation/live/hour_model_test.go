package live

import (
	"fmt"
	"time"

	"earshot/models"
)

// utter is a sentence that somebody said, and what must have become of it.
type utter struct {
	n        int
	who      string
	from, to time.Time
	session  string
	// heard: it must be stored; hidden: it must not be; neither: both are right. missed: the bot was away, and a gap must cover it.
	heard, hidden, missed bool
}

// text is how the decoder transcribes it.
func (u *utter) text(bad bool) string {
	if bad {
		return fmt.Sprintf("that is a bad word number%d", u.n)
	}
	return fmt.Sprintf("this is a sentence number%d", u.n)
}

// sentenceMute is a mute that must be in force; until zero: for good. unsure: nobody can say.
type sentenceMute struct {
	until  time.Time
	on     bool
	unsure bool
	at     time.Time // when it last changed
}

// model is the required state, kept as simply as possible.
type model struct {
	said    []*utter
	bad     map[int]bool
	mutes   map[string]*sentenceMute
	objects map[string]bool
	fuzzy   map[string]bool // of whom nobody can say whether they object
	// forgotten maps a person to the last session whose record of them was erased. The bot has told them once a session, and the
	// record of that is gone with everything else.
	forgotten map[string]string
	wrong     []string
}

func newModel() *model {
	return &model{
		bad: map[int]bool{}, mutes: map[string]*sentenceMute{}, objects: map[string]bool{}, fuzzy: map[string]bool{},
		forgotten: map[string]string{},
	}
}

func (m *model) fail(format string, args ...any) {
	m.wrong = append(m.wrong, fmt.Sprintf(format, args...))
}

func (m *model) mute(who string) *sentenceMute {
	if m.mutes[who] == nil {
		m.mutes[who] = &sentenceMute{}
	}
	return m.mutes[who]
}

// extend mutes somebody until a time, or longer if they are already.
func (x *sentenceMute) extend(until time.Time) {
	x.at = time.Now()
	switch {
	case !x.on || !x.until.IsZero() && x.until.Before(x.at):
		x.on, x.until = true, until
	case x.until.IsZero():
	case until.IsZero() || until.After(x.until):
		x.until = until
	}
}

// wants returns whether somebody must be muted now; sure is false if the time is about to end or it is unknown.
func (x *sentenceMute) wants(now time.Time) (muted, sure bool) {
	switch {
	case x.unsure:
		return false, false
	case !x.on:
		return false, true
	case x.until.IsZero() || now.Before(x.until.Add(-3*time.Second)):
		return true, true
	case now.After(x.until.Add(15 * time.Second)):
		return false, true
	}
	return false, false
}

// find returns the sentence of a clip, by when it was spoken.
func (m *model) find(c models.Clip) *utter {
	for _, u := range m.said {
		if u.who == c.SpeakerID && c.Spoken.After(u.from) && c.Spoken.Before(u.to.Add(1500*time.Millisecond)) {
			return u
		}
	}
	return nil
}

// crash marks as unsure what was in progress when the program was killed.
func (m *model) crash(now time.Time) {
	for _, u := range m.said {
		if u.heard && now.Sub(u.to) < 3*time.Second {
			u.heard = false
		}
	}
	for _, x := range m.mutes {
		x.unsure = x.unsure || now.Sub(x.at) < 5*time.Second
	}
}

// erased removes all words so far of a person, or of a session.
func (m *model) erased(match func(*utter) bool) {
	for _, u := range m.said {
		if match(u) {
			u.heard, u.missed = false, false
			u.hidden = u.hidden || time.Since(u.to) > 3*time.Second // what was not cut yet comes after the erasure
		}
	}
}
