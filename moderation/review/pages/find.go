package pages

import (
	"strings"

	"earshot/models"
)

// foundAtMost bounds the lines that are listed for a word; all are counted.
const foundAtMost = 100

// found is what somebody looked for within a session.
type found struct {
	Query string
	Total int
	Lines []foundLine
}

type foundLine struct {
	URL  string
	At   moment
	Who  *person
	Text string
}

// find lists the lines in which a text stands, whatever the capitals, in the order of time.
func find(session string, items []item, query string) found {
	f := found{Query: strings.TrimSpace(query)}
	if f.Query == "" || len(f.Query) > 256 {
		return found{}
	}
	want := strings.ToLower(f.Query)
	for _, it := range items {
		if it.Line == nil {
			continue
		}
		text := plain(it.Line.Spans)
		if !strings.Contains(strings.ToLower(text), want) {
			continue
		}
		if f.Total++; f.Total <= foundAtMost {
			f.Lines = append(f.Lines, foundLine{lineAt(session, it.Line.ID), it.Line.At, it.Line.Who, text})
		}
	}
	return f
}

// plain is the text of spans.
func plain(parts []models.SnippetPart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}
