package export

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
)

// A cue is one caption on the screen. The limits are those of broadcast practice: two lines of 42 characters, 7 s.
type cue struct {
	startMS, endMS int64
	speaker        string
	text           string
}

const (
	cueChars = 84
	lineLen  = 42
	cueMaxMS = 7000
)

// cues cuts utterances into captions at word boundaries, by the words' own times where there are any.
func cues(us []models.Utterance) []cue {
	var out []cue
	for _, u := range us {
		if strings.TrimSpace(u.Text) == "" {
			continue
		}
		if len(u.Words) == 0 {
			out = append(out, cue{u.StartMS, max(u.EndMS, u.StartMS+1), u.SpeakerName, u.Text})
			continue
		}
		out = append(out, splitWords(u)...)
	}
	return out
}

func splitWords(u models.Utterance) []cue {
	var out []cue
	var cur cue
	for _, w := range u.Words {
		long := utf8.RuneCountInString(cur.text)+1+utf8.RuneCountInString(w.Text) > cueChars || w.EndMS-cur.startMS > cueMaxMS
		if cur.text != "" && long {
			out = append(out, cur)
			cur = cue{}
		}
		if cur.text == "" {
			cur = cue{startMS: w.StartMS, speaker: u.SpeakerName, text: w.Text}
		} else {
			cur.text += " " + w.Text
		}
		cur.endMS = max(w.EndMS, cur.startMS+1)
	}
	return append(out, cur)
}

// wrap breaks a caption into two lines near its middle when it is longer than one line.
func wrap(s string) string {
	if utf8.RuneCountInString(s) <= lineLen {
		return s
	}
	best, mid := -1, len(s)/2
	for i, r := range s {
		if r == ' ' && (best < 0 || abs(i-mid) < abs(best-mid)) {
			best = i
		}
	}
	if best < 0 {
		return s
	}
	return s[:best] + "\n" + s[best+1:]
}

func abs(n int) int { return max(n, -n) }

// cueForm is what differs between the caption formats.
type cueForm interface {
	header() string
	format(n int, c cue) string
}

func writeCues(w io.Writer, t Transcript, f cueForm) error {
	if _, err := io.WriteString(w, f.header()); err != nil {
		return err
	}
	for i, c := range cues(t.Utterances) {
		if _, err := io.WriteString(w, f.format(i+1, c)); err != nil {
			return err
		}
	}
	return nil
}

type srtForm struct{}

func (srtForm) header() string { return "" }

func (srtForm) format(n int, c cue) string {
	text := c.text
	if c.speaker != "" {
		text = c.speaker + ": " + text
	}
	return fmt.Sprintf("%d\n%s --> %s\n%s\n\n", n, stamp(c.startMS, ','), stamp(c.endMS, ','), wrap(oneLine(text)))
}

type vttForm struct{}

func (vttForm) header() string { return "WEBVTT\n\n" }

// A cue's text may hold neither "-->" nor raw &, < and > (WebVTT section 4.1).
var vttEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (vttForm) format(_ int, c cue) string {
	text := vttEscape.Replace(wrap(oneLine(c.text)))
	if c.speaker != "" {
		text = "<v " + vttEscape.Replace(oneLine(c.speaker)) + ">" + text
	}
	return fmt.Sprintf("%s --> %s\n%s\n\n", stamp(c.startMS, '.'), stamp(c.endMS, '.'), text)
}

// oneLine keeps a text from ending its cue early: a blank line would.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// stamp is a time as hh:mm:ss,mmm.
func stamp(ms int64, point byte) string {
	ms = max(ms, 0)
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3600000, ms/60000%60, ms/1000%60, point, ms%1000)
}
