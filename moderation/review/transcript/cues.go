package transcript

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

var (
	timing = regexp.MustCompile(`^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})(?:\s.*)?$`)
	number = regexp.MustCompile(`^\s*\d+\s*$`)
	begun  = regexp.MustCompile(`^\s*\d+(?::\d{0,2}){0,2}(?:[.,]\d{0,3})?(?:\s+-{0,2})?$`) // a number, or times that break off
	voice  = regexp.MustCompile(`^<v(?:\.[^ \t>]*)?[ \t]+([^>]+)>`)
	tag    = regexp.MustCompile(`<[^<>]*>`)
	stamp  = regexp.MustCompile(`^\s*[\[(]?((?:\d{1,2}:)?\d{1,3}:\d{2})(?:[.,]\d{1,3})?[\])]?\s+(.*)$`)
	spaces = regexp.MustCompile(`\s{2,}`)
)

// parseCues parses WebVTT and SubRip: blocks with a time and words, separated by empty lines. A voice span or "Name: " names the
// speaker; a cue without one has the previous speaker.
func parseCues(text, kind string) (*Transcript, error) {
	t := newWriter()
	who := unnamed
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := timing.FindStringSubmatch(lines[i])
		if m == nil {
			if strings.Contains(lines[i], "-->") {
				return nil, fmt.Errorf("line %d: the times are not of the form 00:01:02.345 --> 00:01:04.000", i+1)
			}
			continue
		}
		from, to := clock(m[1]), clock(m[2])
		if to < from {
			return nil, fmt.Errorf("line %d: the cue ends before it begins", i+1)
		}
		var said []string
		for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" && !timing.MatchString(lines[i+1]) {
			i++
			said = append(said, lines[i])
		}
		for _, part := range voices(said, kind) {
			if part.who != "" {
				who = part.who
			}
			if part.text != "" {
				t.line(who, part.text, from, to)
			}
		}
	}
	if len(t.lines) == 0 {
		return nil, errors.New("the file contains no cues")
	}
	if n := cutOff(lines); n > 0 {
		return nil, models.WithHint(fmt.Errorf("line %d: the file ends within a cue", n), "copy it again, or remove its last lines")
	}
	return t.Transcript, nil
}

// cutOff returns the line in which a file ends within the number or the times of a cue, or 0: "12", "00:01:02,3".
func cutOff(lines []string) int {
	last := len(lines) - 1
	for last > 0 && strings.TrimSpace(lines[last]) == "" {
		last--
	}
	first := last // of the cue
	for first > 0 && strings.TrimSpace(lines[first-1]) != "" {
		first--
	}
	if last-first <= 1 && begun.MatchString(lines[last]) && (first == last || number.MatchString(lines[first])) {
		return last + 1
	}
	return 0
}

type spoken struct{ who, text string }

// voices splits a cue by speaker.
func voices(lines []string, kind string) []spoken {
	var out []spoken
	for _, l := range lines {
		who := ""
		if m := voice.FindStringSubmatch(strings.TrimSpace(l)); m != nil && kind == "vtt" {
			who = plain(html.UnescapeString(m[1]))
		}
		l = plain(html.UnescapeString(tag.ReplaceAllString(l, "")))
		if who == "" {
			who, l = named(l)
		}
		if n := len(out); who == "" && n > 0 {
			out[n-1].text = strings.TrimSpace(out[n-1].text + " " + l)
			continue
		}
		out = append(out, spoken{who, l})
	}
	return out
}

// clock converts a time matched by timing, to ms.
func clock(s string) int64 {
	s = strings.ReplaceAll(s, ",", ".")
	whole, frac, _ := strings.Cut(s, ".")
	var sec int64
	for _, p := range strings.Split(whole, ":") {
		n, _ := strconv.ParseInt(p, 10, 32) // digits only
		sec = sec*60 + n
	}
	ms, _ := strconv.ParseInt((frac + "000")[:3], 10, 32)
	return sec*1000 + ms
}

// unnamed is the speaker if none is named.
const unnamed = "Speaker"

// What is before a colon is taken as a name up to so many characters and words, besides what stands in parentheses, such as an office.
const (
	maxName  = 60
	maxWords = 6
	maxAside = 120
)

// parsePlain parses lines of the form "Name: words", with or without a time before, or "00:12  Ana  words" as in an export. A line
// without a name continues the previous one.
func parsePlain(text string) (*Transcript, error) {
	t := newWriter()
	var now int64
	i := 0
	for raw := range strings.SplitSeq(text, "\n") {
		i++
		l := strings.TrimSpace(raw)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		at := int64(-1)
		if m := stamp.FindStringSubmatch(l); m != nil {
			at, l = clock(m[1]+".000"), m[2]
		}
		if at >= 0 && strings.HasPrefix(l, "— ") { // a gap
			continue
		}
		who, said := named(l)
		var doubt []models.Doubt
		if at >= 0 {
			if parts := spaces.Split(l, 2); len(parts) == 2 && !strings.Contains(parts[0], ":") {
				who = plain(parts[0])
				said, doubt = column(parts[1])
			}
		}
		said = plain(said)
		if who = cmp.Or(who, t.last()); who == "" {
			return nil, models.WithHint(fmt.Errorf("line %d: the speaker is not named", i), `put the speaker's name before the words: "Ana: Hello"`)
		}
		if said == "" {
			continue
		}
		if at < now {
			at = now
		}
		long := length(said)
		t.line(who, said, at, at+long)
		t.doubt(doubt)
		now = at + long + turnMS
	}
	return t.Transcript, nil
}

// notes are what a text export writes after the words: why they are doubtful, and the flags.
var notes = regexp.MustCompile(`(?:  \(doubtful: ([a-z, ]+)\))?(?:  ▲ \S+ (?:info|low|medium|high))*$`)

// column splits the words of an export from what is noted about them.
func column(s string) (said string, doubt []models.Doubt) {
	m := notes.FindStringSubmatchIndex(s)
	if m[2] >= 0 {
		for d := range strings.SplitSeq(s[m[2]:m[3]], ", ") {
			doubt = append(doubt, models.Doubt(strings.ReplaceAll(d, " ", "_")))
		}
	}
	return s[:m[0]], doubt
}

// named splits "Name: words". Text without letters, or too long, is not a name.
func named(l string) (who, said string) {
	before, after, ok := strings.Cut(l, ":")
	before = plain(before)
	bare := bareName(before)
	short := utf8.RuneCountInString(bare) <= maxName && utf8.RuneCountInString(before) <= maxName+maxAside &&
		len(strings.Fields(bare)) <= maxWords
	apart := after == "" || strings.HasPrefix(after, " ") || strings.HasPrefix(after, "\t")
	if !ok || !short || !apart || !strings.ContainsFunc(bare, unicode.IsLetter) {
		return "", l
	}
	return before, strings.TrimSpace(after)
}

// bareName is a name without what stands in parentheses.
func bareName(name string) string {
	from, to := strings.Index(name, "("), strings.LastIndex(name, ")")
	if from < 0 || to < from {
		return name
	}
	return name[:from] + name[to+1:]
}

// plain returns text as one line without control characters.
func plain(s string) string {
	if isPlain(s) {
		return s // a part of the file's text, not a copy
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

func isPlain(s string) bool {
	before := ' '
	for _, r := range s {
		if r == ' ' && before == ' ' || r != ' ' && (unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return false
		}
		before = r
	}
	return before != ' ' || s == ""
}
