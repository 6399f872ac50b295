package pages

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
)

// windowed is how many lines and gaps of a transcript a page shows at first, and how many each further piece adds: a session of
// hours opens as fast as one of minutes.
const windowed = 80

// window is the visible part of a transcript. Earlier and Later are the addresses of the pieces before and after it, "" at the ends
// of the transcript.
type window struct {
	Items          []item
	Earlier, Later string
}

// part is the requested part of a transcript; the zero value is its beginning, or its end while the room is live.
type part struct {
	// At is the id of an item to be shown in the middle, Before and After those of items next to the part.
	At, Before, After string
	// AtMS is a session time to be shown in the middle; -1: none was requested.
	AtMS int64
	End  bool
	// Whole is everything, for printing.
	Whole bool
}

// partOf parses the part that a URL requests. Invalid values mean the beginning, so that a link to a deleted line still shows the
// session.
func partOf(q url.Values) part {
	p := part{At: q.Get("at"), Before: q.Get("before"), After: q.Get("after"), AtMS: -1, End: q.Get("end") != "", Whole: q.Get("whole") != ""}
	if ms, err := strconv.ParseInt(q.Get("t"), 10, 64); err == nil && ms >= 0 {
		p.AtMS = ms
	}
	return p
}

// windowOf returns the requested part of all items, which are in order.
func windowOf(ses models.Session, items []item, p part) window {
	from, to := p.of(items, ses.Live())
	w := window{Items: items[from:to]}
	address := func(key string, it item) string {
		return "/s/" + url.PathEscape(ses.ID) + "?" + url.Values{key: {it.id()}}.Encode()
	}
	if from > 0 {
		w.Earlier = address("before", items[from])
	}
	if to < len(items) {
		w.Later = address("after", items[to-1])
	}
	return w
}

// flagsShown is how many flags a session's page lists at first, and how many each further piece adds.
const flagsShown = 30

// openOf counts the flags that are open.
func openOf(all []flagView) (open int) {
	for _, f := range all {
		if f.Open {
			open++
		}
	}
	return open
}

// flagsAfter returns the flags after one given by its element's id in the URL, and the address, on a page, of those that follow.
func flagsAfter(page string, all []flagView, q url.Values) (shown []flagView, more string) {
	from := slices.IndexFunc(all, func(f flagView) bool { return f.ID == q.Get("flags") }) + 1
	to := min(len(all), from+flagsShown)
	if to < len(all) {
		next := url.Values{"flags": {all[to-1].ID}}
		if q.Get("open") != "" {
			next.Set("open", "1")
		}
		more = page + "?" + next.Encode()
	}
	return all[from:to], more
}

// flagged lists the lines with flags in order of time, with a mark for those that have an open one: "61000:u-x 94000:u-y:open".
func flagged(items []item) string {
	var b strings.Builder
	for _, it := range items {
		if it.Line != nil && len(it.Line.Flags) > 0 {
			fmt.Fprintf(&b, "%d:%s", it.Line.At.MS, it.Line.ID)
			if openOf(it.Line.Flags) > 0 {
				b.WriteString(":open")
			}
			b.WriteByte(' ')
		}
	}
	return strings.TrimSpace(b.String())
}

// of returns the range of the items that a part shows.
func (p part) of(items []item, live bool) (from, to int) {
	n := len(items)
	index := func(id string) int {
		return slices.IndexFunc(items, func(it item) bool { return id != "" && it.id() == id })
	}
	around := func(i int) (int, int) {
		from := max(0, min(i-windowed/2, n-windowed))
		return from, min(n, from+windowed)
	}
	if p.Whole {
		return 0, n
	}
	if i := index(p.At); i >= 0 {
		return around(i)
	}
	if i := index(p.Before); i >= 0 {
		return max(0, i-windowed), i
	}
	if i := index(p.After); i >= 0 {
		return i + 1, min(n, i+1+windowed)
	}
	if p.AtMS >= 0 {
		i, _ := slices.BinarySearchFunc(items, p.AtMS, func(it item, ms int64) int { return cmp.Compare(it.at(), ms) })
		return around(i)
	}
	if p.End || live && p.At == "" {
		return max(0, n-windowed), n
	}
	return 0, min(n, windowed)
}

// foundAtMost limits the lines listed for a word; all are counted.
const foundAtMost = 100

// found is the result of a search within a session.
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

// find lists the lines that contain a text, ignoring case, in order of time.
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

// plain returns the text of spans.
func plain(parts []models.SnippetPart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}
