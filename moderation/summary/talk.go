package summary

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"earshot/models"
)

// An interruption is to start while another person has spoken for a while and goes on for a while, with more than a word
// of agreement, and to talk on when the other has stopped.
const (
	holdsMS = 800  // so long the other has had the floor
	overMS  = 300  // so long both talk at least
	yieldMS = 4000 // an overlap that lasts longer is two people talking at once, not one who yields
	staysMS = 700  // so long the newcomer talks on alone
)

// talkShares says who talked how much, the one who talked most first. Everybody who was there is in it. The times are
// those of the lists of sessions: what the voice detector took for speech, in every line with text.
func talkShares(lines []*line, people []models.Speaker) []models.TalkShare {
	out := []models.TalkShare{}
	index := map[string]int{}
	share := func(id, name string) *models.TalkShare {
		i, ok := index[id]
		if !ok {
			i = len(out)
			index[id] = i
			out = append(out, models.TalkShare{SpeakerID: id, SpeakerName: name})
		}
		return &out[i]
	}
	for _, p := range slices.SortedFunc(slices.Values(people), func(a, b models.Speaker) int {
		return cmp.Or(cmp.Compare(a.FirstMS, b.FirstMS), cmp.Compare(a.ID, b.ID))
	}) {
		share(p.ID, p.Name)
	}
	last := ""
	for i, u := range lines {
		s := share(u.SpeakerID, u.SpeakerName)
		s.TalkMS += u.VoicedMS
		if i == 0 || last != u.SpeakerID {
			s.Turns++
		}
		last = u.SpeakerID
	}
	for _, pair := range interruptions(lines) {
		share(lines[pair[0]].SpeakerID, "").Interruptions++
		share(lines[pair[1]].SpeakerID, "").Interrupted++
	}
	slices.SortStableFunc(out, func(a, b models.TalkShare) int { return cmp.Compare(b.TalkMS, a.TalkMS) })
	return out
}

// interruptions finds who broke into whose line, as pairs of lines. A line breaks into one other at most.
func interruptions(lines []*line) [][2]int {
	var out [][2]int
	var open []int // lines that may still be going on
	for i, u := range lines {
		open = slices.DeleteFunc(open, func(j int) bool { return lines[j].EndMS <= u.StartMS })
		for _, j := range slices.Backward(open) {
			if breaksInto(u, lines[j]) {
				out = append(out, [2]int{i, j})
				break
			}
		}
		open = append(open, i)
	}
	return out
}

func breaksInto(u, other *line) bool {
	over := other.EndMS - u.StartMS
	return u.SpeakerID != other.SpeakerID && len(u.Doubt) == 0 && len(other.Doubt) == 0 &&
		u.StartMS-other.StartMS >= holdsMS && over >= overMS && over <= yieldMS && u.EndMS-other.EndMS >= staysMS && len(words(u.Text)) >= 3
}

// digest counts what the rules found and what was done about it, from SinceMS on.
func digest(in Input) models.ModerationDigest {
	out := models.ModerationDigest{}
	for _, f := range in.Flags {
		if in.SinceMS > 0 && f.EndMS <= in.SinceMS {
			continue
		}
		out.Flags++
		switch f.Status {
		case models.FlagConfirmed:
			out.Confirmed++
		case models.FlagDismissed:
			out.Dismissed++
		default:
			out.Open++
		}
		if out.ByRule == nil {
			out.ByRule = map[string]int{}
		}
		out.ByRule[f.Rule]++
	}
	for _, a := range in.Actions {
		late := in.SinceMS > 0 && a.Created.Sub(in.Session.Started).Milliseconds() < in.SinceMS
		if late || a.State == models.ActionFailed || a.State == models.ActionPlanned {
			continue
		}
		if out.Actions == nil {
			out.Actions = map[models.Verb]int{}
		}
		out.Actions[a.Verb]++
	}
	return out
}

// maxLine is how many bytes of a line are looked at as one, about ten minutes of talk: what is said around a sentence is looked for in the
// lines around it.
const maxLine = 10_000

// cut parts a line that is too long, behind a sentence or a word.
func (l *line) cut() (out []*line) {
	if len(l.Text) <= maxLine {
		return []*line{l}
	}
	for from := 0; from < len(l.Text); {
		to := min(from+maxLine, len(l.Text))
		if to < len(l.Text) {
			to = from + cutOf(l.Text[from:to])
		}
		part := *l
		part.Text = l.Text[from:to]
		part.StartMS, part.EndMS = l.at(from), l.at(to)
		out = append(out, &part)
		from = to
	}
	return out
}

// at is about when the ith byte of the line is said.
func (l *line) at(i int) int64 {
	return l.StartMS + (l.EndMS-l.StartMS)*int64(i)/int64(len(l.Text))
}

// cutOf is where a text that goes on is cut, at least not within a character.
func cutOf(s string) int {
	for _, end := range []string{". ", "? ", "! ", " "} {
		if i := strings.LastIndex(s, end); i > len(s)/2 {
			return i + len(end)
		}
	}
	for i := len(s) - 1; i > len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return i
		}
	}
	return len(s)
}
