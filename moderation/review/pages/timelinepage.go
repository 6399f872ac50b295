package pages

import (
	"cmp"
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// timelinePage is who spoke when, large: a row for each speaker, one for what went over each other, one for chapters.
type timelinePage struct {
	Head     sessionHead
	Time     timeline
	Overlaps []block
	Together string // how long two or more spoke at once
	Chapters []chapterView
	Marks    []markRow
}

type chapterView struct {
	Title string
	At    moment
	X, W  int64
	Line  string // id of the first cited line
}

// markRow is a flag in the list under the drawing.
type markRow struct {
	Level, Sign, Title, LineID string
	At                         moment
	Who                        *person
	Status                     models.FlagStatus
}

func (s sessionPages) timelineOf(r *http.Request) (view, error) {
	h, err := s.Record.Snapshot(r.Context(), r.PathValue("id"), true)
	if err != nil {
		return view{}, err
	}
	p := s.painter(h.Session, auth.VisitorOf(r.Context()), castOf(h))
	items := p.items(h.Lines, h.Gaps, h.Flags)
	data := timelinePage{Head: s.head(h.Session)}
	data.Time = newTimeline(p.cast, items, s.Record.Lasted(h.Session).Milliseconds(), h.Session.Live())
	var both int64
	data.Overlaps = overlaps(h.Lines)
	for _, b := range data.Overlaps {
		both += b.W
	}
	data.Together = clock(both)
	for _, it := range items {
		if it.Line == nil {
			continue
		}
		for _, f := range it.Line.Flags {
			data.Marks = append(data.Marks, markRow{f.Level, f.Sign, f.Title, f.LineID, f.At, f.Who, f.Status})
		}
	}
	sum, _ := stored(h, models.SummarySession)
	data.Chapters = s.chapterViews(sum, h.Session)
	return view{page: "timeline", title: data.Head.Name + ": who spoke when", nav: "rooms", data: data}, nil
}

// overlaps are the stretches in which at least two people spoke.
func overlaps(lines []models.Utterance) (out []block) {
	type edge struct {
		at  int64
		by  int
		who string
	}
	var edges []edge
	for _, u := range lines {
		if u.Text != "" && u.EndMS > u.StartMS {
			edges = append(edges, edge{u.StartMS, 1, u.SpeakerID}, edge{u.EndMS, -1, u.SpeakerID})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.by, a.by)) })
	speaking := map[string]int{}
	from := int64(-1)
	for _, e := range edges {
		if speaking[e.who] += e.by; speaking[e.who] == 0 {
			delete(speaking, e.who)
		}
		switch {
		case len(speaking) > 1 && from < 0:
			from = e.at
		case len(speaking) < 2 && from >= 0:
			if e.at > from {
				out = append(out, block{X: from, W: e.at - from})
			}
			from = -1
		}
	}
	return out
}
