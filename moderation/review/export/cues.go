package export

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"earshot/models"
)

// cueWriter writes captions in order of their times while lines arrive in order of theirs.
type cueWriter struct {
	w       io.Writer
	form    cueForm
	waiting []cue
	n       int
	begun   bool
	ends    map[string]int64 // of each speaker's latest caption
}

func newCueWriter(w io.Writer, form cueForm) *cueWriter {
	return &cueWriter{w: w, form: form, ends: map[string]int64{}}
}

// add adds a line; its times are shifted by offset. Earlier captions can then be written.
func (c *cueWriter) add(u models.Utterance, offset int64) error {
	for _, q := range cuesOf(c.form, u) {
		q.startMS, q.endMS = q.startMS+offset, q.endMS+offset
		c.insert(q)
	}
	return c.flush(u.StartMS + offset)
}

func (c *cueWriter) insert(q cue) {
	i, _ := slices.BinarySearchFunc(c.waiting, q, func(a, b cue) int {
		if a.startMS > b.startMS {
			return 1
		}
		return -1
	})
	c.waiting = slices.Insert(c.waiting, i, q)
}

// flush writes the captions that begin before a time: no later line can have an earlier one.
func (c *cueWriter) flush(before int64) error {
	if !c.begun {
		c.begun = true
		if _, err := io.WriteString(c.w, c.form.header()); err != nil {
			return err
		}
	}
	for len(c.waiting) > 0 && c.waiting[0].startMS < before {
		q := c.waiting[0]
		c.waiting = c.waiting[1:]
		if end := c.ends[q.speaker]; end > q.startMS && !q.moved { // a short one before it is shown longer than it lasted
			q.startMS, q.moved = end, true
			c.insert(q)
			continue
		}
		q.endMS = min(max(q.endMS, q.startMS+cueMinMS), q.startMS+cueMaxMS)
		c.ends[q.speaker] = q.endMS
		c.n++
		if _, err := io.WriteString(c.w, c.form.format(c.n, q)); err != nil {
			return err
		}
	}
	return nil
}

func writeCues(w io.Writer, t Transcript, f cueForm) error {
	c := newCueWriter(w, f)
	for _, u := range t.Utterances {
		if err := c.add(u, 0); err != nil {
			return err
		}
	}
	return c.flush(math.MaxInt64)
}

type srtForm struct{}

func (srtForm) header() string { return "" }

func (f srtForm) prefix(speaker string) string {
	if speaker = f.clean(speaker); speaker == "" {
		return ""
	}
	return shorten(speaker, nameLen) + ": "
}

// srtHarmless removes characters that players interpret: an arrow makes a timing line, angle brackets and braces make styles. SubRip
// has no escapes.
var srtHarmless = strings.NewReplacer("-->", "→", "<", "‹", ">", "›", "{", "(", "}", ")", "\\", "/")

func (srtForm) clean(text string) string { return srtHarmless.Replace(shown(text)) }

func (srtForm) format(n int, c cue) string {
	return fmt.Sprintf("%d\n%s --> %s\n%s\n\n", n, stamp(c.startMS, ','), stamp(c.endMS, ','), c.text)
}

type vttForm struct{}

func (vttForm) header() string { return "WEBVTT\n\n" }

// prefix is empty: the name is a voice span, which is not displayed.
func (vttForm) prefix(string) string { return "" }

func (vttForm) clean(text string) string { return shown(text) }

// A cue's text may hold neither "-->" nor raw &, < and > (WebVTT section 4.1).
var vttEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (vttForm) format(_ int, c cue) string {
	text := vttEscape.Replace(c.text)
	if speaker := shown(c.speaker); speaker != "" {
		text = "<v " + vttEscape.Replace(speaker) + ">" + text
	}
	return fmt.Sprintf("%s --> %s\n%s\n\n", stamp(c.startMS, '.'), stamp(c.endMS, '.'), text)
}

// stamp formats a time as hh:mm:ss,mmm.
func stamp(ms int64, point byte) string {
	ms = max(ms, 0)
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3600000, ms/60000%60, ms/1000%60, point, ms%1000)
}
