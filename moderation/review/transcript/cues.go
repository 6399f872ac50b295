package transcript

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

var (
	timing = regexp.MustCompile(`^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{3})(?:\s.*)?$`)
	voice  = regexp.MustCompile(`^<v(?:\.[^ \t>]*)?[ \t]+([^>]+)>`)
	tag    = regexp.MustCompile(`<[^<>]*>`)
	stamp  = regexp.MustCompile(`^\s*[\[(]?((?:\d{1,2}:)?\d{1,3}:\d{2})(?:[.,]\d{1,3})?[\])]?\s+(.*)$`)
	spaces = regexp.MustCompile(`\s{2,}`)
)

// parseCues reads WebVTT and SubRip: blocks with a time and words, apart by empty lines. A voice span or "Name: " says who
// speaks; a cue without one is of whoever spoke before.
func parseCues(text, kind string) (export.Transcript, error) {
	var t export.Transcript
	who := unnamed
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := timing.FindStringSubmatch(lines[i])
		if m == nil {
			if strings.Contains(lines[i], "-->") {
				return t, fmt.Errorf("line %d: its times are not written as 00:01:02.345 --> 00:01:04.000", i+1)
			}
			continue
		}
		from, to := clock(m[1]), clock(m[2])
		if to < from {
			return t, fmt.Errorf("line %d: it ends before it begins", i+1)
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
				t.Utterances = append(t.Utterances, line(who, part.text, from, to))
			}
		}
	}
	if len(t.Utterances) == 0 {
		return t, errors.New("no cue was found in it")
	}
	return t, nil
}

type spoken struct{ who, text string }

// voices parts a cue by who speaks.
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

// clock reads a time that timing has matched, in ms.
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

// Times are not known of plain text. These are usual ones.
const (
	wordMS = 350
	turnMS = 400
)

// unnamed speaks where nobody is named.
const unnamed = "Speaker"

// maxName is the most characters before a colon that are a name.
const maxName = 60

// parsePlain reads "Name: words" a line, with or without a time before it, as "00:12  Ana  words" of an export too. A line
// without a name goes on with the last one.
func parsePlain(text string) (export.Transcript, error) {
	var t export.Transcript
	var now int64
	for i, raw := range strings.Split(text, "\n") {
		l := strings.TrimSpace(raw)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		at := int64(-1)
		if m := stamp.FindStringSubmatch(l); m != nil {
			at, l = clock(m[1]+".000"), m[2]
		}
		who, said := named(l)
		if parts := spaces.Split(l, 2); who == "" && at >= 0 && len(parts) == 2 { // columns
			who, said = plain(parts[0]), parts[1]
		}
		said = plain(said)
		if who == "" && len(t.Utterances) == 0 {
			return t, models.WithHint(fmt.Errorf("line %d: nobody is named", i+1), `write who speaks before the words: "Ana: Hello"`)
		}
		if said == "" {
			continue
		}
		if at < now {
			at = now
		}
		long := int64(wordMS * len(strings.Fields(said)))
		if who == "" {
			who = t.Utterances[len(t.Utterances)-1].SpeakerName
		}
		t.Utterances = append(t.Utterances, line(who, said, at, at+long))
		now = at + long + turnMS
	}
	return t, nil
}

// named parts "Name: words". What has no letter, or is too long, is no name.
func named(l string) (who, said string) {
	before, after, ok := strings.Cut(l, ":")
	before = plain(before)
	if !ok || utf8.RuneCountInString(before) > maxName || !strings.ContainsFunc(before, unicode.IsLetter) ||
		len(strings.Fields(before)) > 6 || after != "" && !strings.HasPrefix(after, " ") && !strings.HasPrefix(after, "\t") {
		return "", l
	}
	return before, strings.TrimSpace(after)
}

// plain is text as one line without control characters.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

func line(who, said string, from, to int64) models.Utterance {
	return models.Utterance{SpeakerID: slug(who), SpeakerName: who, StartMS: from, EndMS: to, Text: said}
}
