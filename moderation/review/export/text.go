package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
)

func writeText(w io.Writer, t Transcript) error {
	out := bufio.NewWriter(w)
	width := nameWidth(t.Utterances)
	for _, e := range t.entries() {
		if e.gap != nil {
			fmt.Fprintln(out, GapLine(*e.gap))
		} else {
			fmt.Fprintln(out, Line(*e.line, e.flags, width))
		}
	}
	return out.Flush()
}

// Line formats an utterance as one line of plain text: time, speaker padded to width characters, words, doubts and flags.
func Line(u models.Utterance, flags []models.Flag, width int) string {
	var b strings.Builder
	b.WriteString(Clock(u.StartMS) + "  ")
	if width > 0 {
		b.WriteString(u.SpeakerName + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(u.SpeakerName))) + "  ")
	}
	b.WriteString(spoken(u))
	if len(u.Doubt) > 0 {
		b.WriteString("  (doubtful: " + doubts(u.Doubt) + ")")
	}
	for _, f := range flags {
		fmt.Fprintf(&b, "  ▲ %s %s", f.Rule, f.Level)
	}
	return b.String()
}

// GapLine formats a gap as one line of plain text.
func GapLine(g models.Gap) string {
	who := g.SpeakerName
	if who == "" {
		who = "anybody"
	}
	switch g.Cause {
	case models.GapObjected:
		return fmt.Sprintf("%s  — %s is not transcribed, at their own request", Clock(g.StartMS), who)
	case models.GapEncrypted:
		return fmt.Sprintf("%s  — %s was end-to-end encrypted until %s: not heard", Clock(g.StartMS), who, Clock(g.EndMS))
	case models.GapPaused:
		return fmt.Sprintf("%s  — listening was paused by a host until %s", Clock(g.StartMS), Clock(g.EndMS))
	case models.GapDamaged:
		if g.LostMS < 100 {
			return fmt.Sprintf("%s  — %d ms not heard (%s)", Clock(g.StartMS), g.LostMS, gapReason(g.Cause))
		}
		return fmt.Sprintf("%s  — %.1f s not heard (%s)", Clock(g.StartMS), float64(g.LostMS)/1000, gapReason(g.Cause))
	}
	return fmt.Sprintf("%s  — %.1f s not heard from %s (%s)", Clock(g.StartMS), float64(g.LostMS)/1000, who, gapReason(g.Cause))
}

func gapReason(c models.GapCause) string {
	switch c {
	case models.GapLoss:
		return "packet loss"
	case models.GapCut:
		return "connection cut"
	case models.GapOverload:
		return "this machine was overloaded"
	case models.GapFault:
		return "an error in Earshot"
	case models.GapRestart:
		return "Earshot was not running"
	case models.GapPaused:
		return "paused by a host"
	case models.GapObjected:
		return "not transcribed, at their own request"
	case models.GapUnstored:
		return "the disk was full"
	case models.GapEncrypted:
		return "end-to-end encrypted"
	case models.GapDamaged:
		return "the recording is damaged"
	}
	return string(c)
}

// nameWidth returns the width of the widest speaker name in characters, at most 20.
func nameWidth(us []models.Utterance) int {
	width := 0
	for _, u := range us {
		width = max(width, utf8.RuneCountInString(u.SpeakerName))
	}
	return min(width, 20)
}

func writeJSON(w io.Writer, t Transcript) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(t.whole())
}

// whole is the JSON form of a transcript.
func (t Transcript) whole() Transcript {
	if t.Utterances == nil {
		t.Utterances = []models.Utterance{}
	}
	t.Version = Version
	return t
}
