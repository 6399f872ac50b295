package pages

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/moderation/review/record"
)

// summaryView is the summary of a session, or of what a latecomer missed, next to its transcript.
type summaryView struct {
	Session          string
	Live, Made       bool
	Part             bool // imported in part
	Makes, Recaps    bool // what the visitor may request
	Since, SinceText string
	Until, Headline  string
	Chapters         []chapterView
	Lists            []summaryList
	Talk             []talkRow
	Digest, Note     string
	Problem          string
}

type summaryList struct {
	Title string
	Items []summaryItem
}

// summaryItem is one statement with the lines that support it; it links to the first.
type summaryItem struct {
	Who   *person
	Text  string
	Task  string // who is to do it, and until when
	Heard string // the verbatim words, if the text omits some
	Sure  string
	Cites []cite
	Clip  *clipView
}

type cite struct {
	LineID string
	At     moment
}

type talkRow struct {
	Who                   *person
	Talk                  string
	Percent               int
	Turns, BrokeIn, CutIn int
}

// summaryOf returns the summary for a session's page: of what came after ?since or within the ?last minutes, or the stored one.
func (s sessionPages) summaryOf(r *http.Request, h models.Snapshot, p *painter) (summaryView, error) {
	live := h.Session.Live()
	asks := s.Record.Summaries != nil
	v := summaryView{Session: h.Session.ID, Live: live, Part: !live && h.Session.Unfinished(), Recaps: asks, Makes: asks && p.decides}
	since, asked, ok := record.Since(r.URL.Query(), h.Session.Lasted(s.Record.Now()))
	var sum models.Summary
	switch {
	case !ok:
		v.Problem = "Enter the time from the session's start, such as 12:30 or 1:02:00."
		return v, nil
	case asked && s.Record.Summaries != nil:
		var err error
		sum, err = s.Record.Summaries.Recap(r.Context(), h.Session.ID, since)
		switch {
		case errors.Is(err, models.ErrNotFound):
			return v, nil
		case err != nil:
			return v, fmt.Errorf("summary: %w", err)
		}
		v.Since, v.SinceText = strconv.FormatInt(since, 10), clock(since)
	default:
		kind := models.SummarySession
		if h.Session.Unfinished() {
			kind = models.SummaryRecap
		}
		found, ok := stored(h, kind)
		if !ok {
			return v, nil
		}
		sum = found
	}
	s.paintSummary(&v, sum, h, p)
	return v, nil
}

// stored finds a session's summary of a kind.
func stored(h models.Snapshot, kind string) (models.Summary, bool) {
	i := slices.IndexFunc(h.Summaries, func(s models.Summary) bool { return s.Kind == kind })
	if i < 0 {
		return models.Summary{}, false
	}
	return h.Summaries[i], true
}

// paintSummary turns a summary into a view. Items whose lines are gone are omitted.
func (s sessionPages) paintSummary(v *summaryView, sum models.Summary, h models.Snapshot, p *painter) {
	lines := make(map[models.Key]models.Utterance, len(h.Lines))
	for _, u := range h.Lines {
		lines[u.Key] = u
	}
	v.Made, v.Headline, v.Note, v.Until = true, sum.Headline, export.SummaryNote(sum), clock(sum.UntilMS)
	v.Chapters = s.chapterViews(sum, p.ses)
	for _, l := range []struct {
		title string
		items []models.SummaryItem
	}{{"Highlights", sum.Highlights}, {"Decisions", sum.Decisions}, {"Actions", sum.Actions}, {"Questions", sum.Questions}} {
		list := summaryList{Title: l.title}
		for _, it := range l.items {
			if shown := p.summaryItem(it, lines); len(shown.Cites) > 0 {
				list.Items = append(list.Items, shown)
			}
		}
		if len(list.Items) > 0 {
			v.Lists = append(v.Lists, list)
		}
	}
	v.Talk = talkRows(sum.Talk, p.cast)
	v.Digest = digestText(sum.Digest)
}

func (p *painter) summaryItem(it models.SummaryItem, lines map[models.Key]models.Utterance) summaryItem {
	v := summaryItem{Text: it.Text, Task: it.Task(), Heard: it.Heard, Sure: surely(it.Sure)}
	for _, k := range it.Cites {
		u, ok := lines[k]
		if !ok {
			continue
		}
		v.Cites = append(v.Cites, cite{LineID(k), p.s.moment(p.ses, u.StartMS)})
		if v.Clip == nil {
			v.Clip = p.clip(k)
		}
		if it.SpeakerID != "" && v.Who == nil {
			v.Who, _ = p.cast.find(u.SpeakerID, u.SpeakerName)
		}
	}
	return v
}

// surely describes how likely an item is what it is listed as.
func surely(sure float64) string {
	if sure == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %% sure", 100*sure)
}

func talkRows(talk []models.TalkShare, c *cast) (rows []talkRow) {
	var all int64
	for _, t := range talk {
		all += t.TalkMS
	}
	for _, t := range talk {
		if t.TalkMS == 0 && t.Turns == 0 {
			continue // they spoke before or after it
		}
		who, _ := c.find(t.SpeakerID, t.SpeakerName)
		rows = append(rows, talkRow{who, clock(t.TalkMS), int((100*t.TalkMS + all/2) / max(all, 1)), t.Turns, t.Interruptions, t.Interrupted})
	}
	return rows
}

// digestText summarises what the rules and the hosts did, in one sentence; "" if nothing.
func digestText(d models.ModerationDigest) string {
	var parts []string
	if d.Flags > 0 {
		parts = append(
			parts, fmt.Sprintf("%s: %d confirmed, %d dismissed, %d open", models.Count(d.Flags, "flag"), d.Confirmed, d.Dismissed, d.Open),
		)
	}
	for _, verb := range slices.Sorted(maps.Keys(d.Actions)) {
		parts = append(parts, fmt.Sprintf("%s %d×", verb, d.Actions[verb]))
	}
	return strings.Join(parts, "; ")
}

func (s *Pages) chapterViews(sum models.Summary, ses models.Session) (out []chapterView) {
	for _, c := range sum.Chapters {
		v := chapterView{Title: c.Title, At: s.moment(ses, c.StartMS), X: c.StartMS, W: max(c.EndMS-c.StartMS, 1)}
		if len(c.Cites) > 0 {
			v.Line = LineID(c.Cites[0])
		}
		out = append(out, v)
	}
	return out
}

// summarise makes a session's summary now and returns to its page.
func (s sessionPages) summarise(w http.ResponseWriter, r *http.Request) {
	if _, err := s.Record.Remake(r.Context(), r.PathValue("id")); err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/s/"+url.PathEscape(r.PathValue("id"))+"#summary", http.StatusSeeOther)
}
