package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// maxSearch is the maximum length of a query, in characters.
const maxSearch = 256

type hitView struct {
	stamp
	ID     string // of the element
	Who    *person
	At     moment
	LineID string
	Spans  []models.SnippetPart
	Doubt  bool
	Rules  []string
}

type hitGroup struct {
	ID, Name, Day, Clock, ISO string
	Hits                      []*hitView
	cast                      *cast
}

type searchPage struct {
	Query   string
	Problem string
	Groups  []*hitGroup
	Hits    int
	Older   string // address of the next page
	First   bool   // this is the first page
	Filter  filter
	// Narrowed reports whether a filter is set.
	Narrowed bool
}

// search finds lines in all sessions, the newest first.
func (s recordPages) search(r *http.Request) (view, error) {
	form := r.URL.Query()
	q := strings.TrimSpace(strings.ToValidUTF8(form.Get("q"), ""))
	data := searchPage{Query: q, First: form.Get("before") == ""}
	v := view{page: "search", title: "Search", nav: "search"}
	var err error
	if data.Filter, err = s.filter(r); err != nil {
		return v, err
	}
	data.Narrowed = data.Filter.Set()
	switch {
	case utf8.RuneCountInString(q) > maxSearch:
		v.status = http.StatusBadRequest
		data.Query = ""
		data.Problem = fmt.Sprintf("That search is too long. Use at most %d characters.", maxSearch)
	case q != "" || data.Filter.Set():
		query := data.Filter.Query(s.Location)
		query.Text, query.Cursor = q, form.Get("before")
		page, err := s.Record.Search(r.Context(), query)
		switch {
		case errors.Is(err, models.ErrInvalid):
			v.status = http.StatusBadRequest
			data.Problem = "That search can't be read. Use a few plain words."
		case err != nil:
			return v, err
		}
		data.Hits = len(page.Hits)
		if data.Groups, err = s.groupHits(r.Context(), page.Hits); err != nil {
			return v, err
		}
		if page.Next != "" {
			older := data.Filter.Values()
			older.Set("q", q)
			older.Set("before", page.Next)
			data.Older = "/search?" + older.Encode()
		}
	}
	v.data = data
	return v, data.digest(r)
}

// digest determines what the script has already.
func (d *searchPage) digest(r *http.Request) error {
	has := held(r)
	for _, g := range d.Groups {
		for _, h := range g.Hits {
			if err := h.seal(h, has); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupHits groups hits by session, the session with the newest hit first.
func (s recordPages) groupHits(ctx context.Context, hits []models.SearchHit) ([]*hitGroup, error) {
	var groups []*hitGroup
	bySession := map[string]*hitGroup{}
	for _, h := range hits {
		started := h.Said.Add(-time.Duration(h.Utterance.StartMS) * time.Millisecond)
		ses := models.Session{ID: h.Utterance.Session, Room: h.Room, Name: h.SessionName, Started: started}
		g := bySession[ses.ID]
		if g == nil {
			t := started.In(s.Location)
			g = &hitGroup{
				ID: ses.ID, Name: sessionName(ses), Day: day(t, s.Now().In(s.Location)), Clock: t.Format("15:04"),
				ISO: t.UTC().Format(time.RFC3339),
			}
			speakers, err := s.Record.Speakers(ctx, ses.ID)
			if err != nil {
				return nil, err
			}
			names, err := s.Record.Names(ctx, h.Room)
			if err != nil {
				return nil, err
			}
			g.cast = newCastOf(h.Room, names, speakers)
			bySession[ses.ID] = g
			groups = append(groups, g)
		}
		who, _ := g.cast.find(h.Utterance.SpeakerID, h.Utterance.SpeakerName)
		g.Hits = append(g.Hits, &hitView{
			ID: elementID("h", h.Utterance.Key.String()), Who: who, At: s.moment(ses, h.Utterance.StartMS), LineID: LineID(h.Utterance.Key),
			Spans: h.Snippet, Doubt: len(h.Utterance.Doubt) > 0, Rules: h.Rules,
		})
	}
	return groups, nil
}

// filter is the filter of a URL, with the available choices.
type filter struct {
	record.Filter
	Rooms  []record.Choice
	People []record.Choice // of the room, when one is chosen
	Rules  []string
}

// apart completes choices of rooms or people: a name that several have, or nobody, comes with the address or the id. They are in the order
// of their names.
func apart(all []record.Choice) []record.Choice {
	have := map[string]int{}
	for i := range all {
		all[i].Text = web.CleanName(all[i].Text)
		have[all[i].Text]++
	}
	for i, c := range all {
		switch id := web.CleanName(c.Value); {
		case c.Text == "":
			all[i].Text = id
		case have[c.Text] > 1:
			all[i].Text += " (" + id + ")"
		}
	}
	slices.SortStableFunc(all, func(a, b record.Choice) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)), cmp.Compare(a.Value, b.Value))
	})
	return all
}

// roomChoices offers rooms; the one that is chosen is on.
func roomChoices(rooms []models.Room, chosen string) (out []record.Choice) {
	for _, x := range rooms {
		out = append(out, record.Choice{Value: x.ID, Text: x.Name, On: x.ID == chosen})
	}
	return apart(out)
}

// namesOf returns what choices are called; another value is called by itself.
func namesOf(all []record.Choice) func(value string) string {
	names := map[string]string{}
	for _, c := range all {
		names[c.Value] = c.Text
	}
	return func(value string) string { return cmp.Or(names[value], web.CleanName(value)) }
}

func (s recordPages) filter(r *http.Request) (f filter, err error) {
	f.Filter = record.FilterOf(r.URL.Query())
	ctx := r.Context()
	rooms, err := s.Record.KnownRooms(ctx)
	if err != nil {
		return f, err
	}
	f.Rooms = roomChoices(rooms, f.Room)
	if slices.ContainsFunc(f.Rooms, func(c record.Choice) bool { return c.On }) {
		people, err := s.Record.Identities(ctx, f.Room, 200)
		if err != nil {
			return f, err
		}
		for _, x := range people {
			f.People = append(f.People, record.Choice{Value: x.SpeakerID, Text: x.Name, On: x.SpeakerID == f.Speaker})
		}
		f.People = apart(f.People)
	}
	rules, err := s.Record.Rules(ctx)
	if err != nil {
		return f, err
	}
	for _, c := range rules {
		f.Rules = append(f.Rules, c.Rule)
	}
	slices.Sort(f.Rules)
	return f, nil
}
