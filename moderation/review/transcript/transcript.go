package transcript

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/export"
)

// Transcript is a session as a file describes it. Lines that are only words, a name and times are kept as that, and become utterances when
// they are asked for: an utterance takes ten times the memory.
type Transcript struct {
	Session  *models.Session
	Speakers []models.Speaker
	// Language is what the lines of a file without languages are in, as ISO 639-1; it may be set.
	Language string

	lines  []brief
	people []person
	doubts map[int][]models.Doubt // by line

	export *export.Transcript // nil: the file is none
}

// brief is a line of plain text, or of a cue.
type brief struct {
	text           string
	startMS, endMS int64
	who            int // into people
}

type person struct{ id, name string }

// Len returns the number of lines.
func (t *Transcript) Len() int {
	if t.export != nil {
		return len(t.export.Utterances)
	}
	return len(t.lines)
}

// Flags returns the flags that the file contains; only an export has any.
func (t *Transcript) Flags() []models.Flag {
	if t.export == nil {
		return nil
	}
	return t.export.Flags
}

// line returns a line as an utterance of the session.
func (t *Transcript) line(i int) models.Utterance {
	if t.export != nil {
		return t.export.Utterances[i]
	}
	l := t.lines[i]
	who := t.people[l.who]
	return attached(t.Session, i, models.Utterance{
		SpeakerID: who.id, SpeakerName: who.name, StartMS: l.startMS, EndMS: l.endMS, Text: l.text, Language: t.Language, Doubt: t.doubts[i],
	})
}

// attached returns the i-th line of a session that was named after its file.
func attached(s *models.Session, i int, u models.Utterance) models.Utterance {
	u.Key = models.Key{Session: s.ID, Epoch: 1, Track: u.SpeakerID, Seq: i + 1}
	u.State, u.Attribution, u.VoicedMS = models.UtteranceOK, models.AttributionTrack, u.EndMS-u.StartMS
	u.Committed = s.Started.Add(time.Duration(u.EndMS) * time.Millisecond)
	return u
}

// Lines yields the lines in the order of the file.
func (t *Transcript) Lines() iter.Seq[models.Utterance] {
	return func(yield func(models.Utterance) bool) {
		for i := range t.Len() {
			if !yield(t.line(i)) {
				return
			}
		}
	}
}

// Spoken yields the lines in the order in which they ended, as a live session has them. What is too long for one, which only an export
// may have, is yielded as several with the same key: a rule takes a hundred times the memory of what it judges.
func (t *Transcript) Spoken() iter.Seq[models.Utterance] {
	end := func(i int) int64 { return t.lines[i].endMS }
	if t.export != nil {
		end = func(i int) int64 { return t.export.Utterances[i].EndMS }
	}
	order := make([]int, t.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(end(a), end(b)) })
	return func(yield func(models.Utterance) bool) {
		for _, i := range order {
			u := t.line(i)
			for len(u.Text) > maxLine {
				part, cut := u, cutOf(u.Text)
				part.Text, u.Text = strings.TrimSpace(u.Text[:cut]), strings.TrimSpace(u.Text[cut:])
				if !yield(part) {
					return
				}
			}
			if !yield(u) {
				return
			}
		}
	}
}

// Judged yields the lines with their flags by a set of rules, in the order of Spoken. The flags of an export are those that it contains,
// whatever the rules, and so are those of any file if set is nil.
func (t *Transcript) Judged(set *engine.Set) iter.Seq2[models.Utterance, []models.Flag] {
	if t.export != nil || set == nil {
		return t.flagged()
	}
	return func(yield func(models.Utterance, []models.Flag) bool) {
		s := engine.NewSession(set, *t.Session)
		for _, p := range t.Speakers {
			s.Person(p)
		}
		for u := range t.Spoken() {
			if !yield(u, s.Judge(u)) {
				return
			}
		}
	}
}

// flagged yields the lines with the flags that the file contains, in the order of the file.
func (t *Transcript) flagged() iter.Seq2[models.Utterance, []models.Flag] {
	flags := map[models.Key][]models.Flag{}
	for _, f := range t.Flags() {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	return func(yield func(models.Utterance, []models.Flag) bool) {
		for u := range t.Lines() {
			if !yield(u, flags[u.Key]) {
				return
			}
		}
	}
}

// Lineless returns the flags that the file contains of the floor, the sound or the room, which have no line.
func (t *Transcript) Lineless() []models.Flag {
	if len(t.Flags()) == 0 {
		return nil
	}
	lines := map[models.Key]bool{}
	for u := range t.Lines() {
		lines[u.Key] = true
	}
	return slices.DeleteFunc(slices.Clone(t.Flags()), func(f models.Flag) bool { return lines[f.Utterance] })
}

// writer adds lines to a transcript.
type writer struct {
	*Transcript
	ids map[string]int // name -> people
}

func newWriter() writer { return writer{&Transcript{}, map[string]int{}} }

// maxLine is the maximum length of a line, in bytes: about ten minutes of talk. Judging takes a fraction of a second of it, so that an
// import can be stopped.
const maxLine = 10_000

// line adds what somebody said: a line, or several if it is too long for one.
func (w writer) line(who, said string, from, to int64) {
	n, ok := w.ids[who]
	if !ok {
		n = len(w.people)
		w.ids[who], w.people = n, append(w.people, person{Slug(who), who})
	}
	if len(said) > maxLine {
		to = max(to, from+length(said)) // nobody says that within a few seconds, and rules look at all that was said in them
	}
	for len(said) > maxLine {
		cut := cutOf(said)
		until := from + (to-from)*int64(cut)/int64(len(said))
		w.lines = append(w.lines, brief{strings.TrimSpace(said[:cut]), from, until, n})
		said, from = strings.TrimSpace(said[cut:]), until
	}
	w.lines = append(w.lines, brief{said, from, to, n})
}

// cutOf returns where to cut a line that is too long: behind a sentence or a word, or at least not within a character.
func cutOf(said string) int {
	head := said[:maxLine]
	for _, end := range []string{". ", "? ", "! ", " "} {
		if cut := strings.LastIndex(head, end) + len(end); cut > maxLine/2 {
			return cut
		}
	}
	cut := maxLine
	for !utf8.RuneStart(said[cut]) {
		cut--
	}
	return cut
}

// last returns the name of who said the last line, or "".
func (w writer) last() string {
	if len(w.lines) == 0 {
		return ""
	}
	return w.people[w.lines[len(w.lines)-1].who].name
}

// doubt notes why the last line is doubtful.
func (w writer) doubt(why []models.Doubt) {
	if len(why) == 0 {
		return
	}
	if w.doubts == nil {
		w.doubts = map[int][]models.Doubt{}
	}
	w.doubts[len(w.lines)-1] = why
}

// attach assigns the lines and the people to a session that is named after the file.
func (t *Transcript) attach(s *models.Session) {
	t.Session = s
	if t.export != nil {
		for i, u := range t.export.Utterances {
			t.export.Utterances[i] = attached(s, i, u)
		}
	}
	seen := map[string]bool{}
	var last int64
	for u := range t.Lines() {
		last = max(last, u.EndMS)
		if !seen[u.SpeakerID] {
			seen[u.SpeakerID] = true
			t.Speakers = append(t.Speakers, models.Speaker{Session: s.ID, ID: u.SpeakerID, Name: u.SpeakerName, FirstMS: u.StartMS})
		}
	}
	s.Ended = s.Started.Add(time.Duration(last) * time.Millisecond)
}

// Plain text has no times. These are typical durations.
const (
	wordMS = 350
	signMS = 150 // of a character, where no spaces stand between words
	turnMS = 400
)

// length is about how long it takes to say something, in ms.
func length(said string) int64 {
	n := wordMS * len(strings.Fields(said))
	signs := 0
	for _, r := range said {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			signs++
		}
	}
	return int64(max(n, signMS*signs))
}
