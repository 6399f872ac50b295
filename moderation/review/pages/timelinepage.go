package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// timelinePage is the large timeline: a row for each speaker, one for overlaps, one for chapters.
type timelinePage struct {
	Head     sessionHead
	Time     timeline
	Overlaps string // the path of the spans in which at least two people spoke
	Together string // how long two or more spoke at once
	Chapters []chapterView
	Marks    []*markRow
	Flags    int    // all of them
	More     string // the address of the flags after these
	Later    bool   // these are not the first ones
}

type chapterView struct {
	Title string
	At    moment
	X, W  int64
	Line  string // id of the first cited line
	// Left and Width are the same as shares of the whole.
	Left, Width string
}

// markRow is a flag in the list below the drawing.
type markRow struct {
	stamp
	ID                         string
	Level, Sign, Title, LineID string
	At                         moment
	Who                        *person
	Status                     models.FlagStatus
	Clip                       *clipView
}

func (s sessionPages) timelineOf(r *http.Request) (view, error) {
	h, err := s.Record.Snapshot(r.Context(), r.PathValue("id"), true)
	if err != nil {
		return view{}, err
	}
	p := s.painter(h.Session, auth.VisitorOf(r.Context()), castOf(h))
	p.keep(h.Clips...)
	items := p.items(h.Lines, h.Gaps, h.Flags)
	data := timelinePage{Head: s.head(r.Context(), h.Session, h.Follows, s.paused(r.Context(), h.Session))}
	data.Time = newTimeline(p.cast, items, h.Session.Lasted(s.Record.Now()).Milliseconds(), h.Session.Live())
	var both int64
	together := overlaps(h.Lines)
	for _, b := range together {
		both += b.W
	}
	data.Together, data.Overlaps = clock(both), blockPath(together, 5, 10)
	data.listMarks(items, r.URL.Query())
	sum, _ := stored(h, models.SummarySession)
	data.Chapters = s.chapterViews(sum, h.Session)
	for i, c := range data.Chapters {
		data.Chapters[i].Left, data.Chapters[i].Width = share(c.X, data.Time.ScaleMS), share(c.W, data.Time.ScaleMS)
	}
	return view{page: "timeline", title: data.Head.Name + ": who spoke when", nav: "rooms", data: data}, data.digest(r)
}

// listMarks lists the flags that a URL selects, in the order of time.
func (d *timelinePage) listMarks(items []item, q url.Values) {
	var all []flagView
	for _, it := range items {
		if it.Line != nil {
			all = append(all, it.Line.Flags...)
		}
	}
	d.Flags = len(all)
	shown, more := flagsAfter("/s/"+url.PathEscape(d.Head.ID)+"/timeline", all, q)
	for _, f := range shown {
		d.Marks = append(d.Marks, &markRow{
			ID: f.ID, Level: f.Level, Sign: f.Sign, Title: f.Title, LineID: f.LineID, At: f.At, Who: f.Who, Status: f.Status, Clip: f.Clip,
		})
	}
	d.More, d.Later = more, len(shown) > 0 && shown[0].ID != all[0].ID
}

// digest determines what the script has already.
func (d *timelinePage) digest(r *http.Request) error {
	has := held(r)
	for _, x := range d.Time.Strips {
		if err := x.seal(x, has); err != nil {
			return err
		}
	}
	for _, m := range d.Marks {
		if err := m.seal(m, has); err != nil {
			return err
		}
	}
	return nil
}

// overlaps returns the spans in which at least two people spoke.
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
