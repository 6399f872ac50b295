package review

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// Summariser sums sessions up. Its methods may be called by many goroutines at once.
type Summariser interface {
	// Recap sums up what was said from a time on, in ms from the session's start, at once and without storing it.
	Recap(ctx context.Context, session string, sinceMS int64) (models.Summary, error)
	// Remake sums a session up anew, as far as it has come, and stores it. It may take as long as a language model thinks.
	Remake(ctx context.Context, session string) (models.Summary, error)
}

// remakeWithin bounds the making of a summary.
const remakeWithin = 2 * time.Minute

// summaryView is the summary of a session, or of what a late-comer missed, beside its transcript.
type summaryView struct {
	Session          string
	Live, Made       bool
	Makes, Recaps    bool // what the visitor may ask for
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

// summaryItem is one statement with the lines it rests on; the first is where it leads.
type summaryItem struct {
	Who   *person
	Text  string
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

// summaryOf is the summary of a session's page: of what came after ?since or within the ?last minutes, or the stored one.
func (s *Server) summaryOf(r *http.Request, h held, p *painter) (summaryView, error) {
	live := h.session.Live()
	v := summaryView{Session: h.session.ID, Live: live, Recaps: s.sums != nil, Makes: s.sums != nil && p.decides}
	since, asked, ok := sinceOf(r.URL.Query(), s.stay(h.session.Session))
	var sum models.Summary
	var err error
	switch {
	case !ok:
		v.Problem = "Write the time as 12:30 or 1:02:00, from the session's start."
		return v, nil
	case asked && s.sums != nil:
		sum, err = s.sums.Recap(r.Context(), h.session.ID, since)
		v.Since, v.SinceText = strconv.FormatInt(since, 10), clock(since)
	case live:
		sum, err = s.store.Summary(r.Context(), h.session.ID, models.SummaryRecap)
	default:
		sum, err = s.store.Summary(r.Context(), h.session.ID, models.SummarySession)
	}
	if errors.Is(err, models.ErrNotFound) {
		return v, nil
	}
	if err != nil {
		return v, fmt.Errorf("summary: %w", err)
	}
	s.paintSummary(&v, sum, h, p)
	return v, nil
}

// sinceOf reads from where a recap is wanted, in ms: since=12:30 from the session's start, last=15 minutes before now, 0
// for all of it. asked is false when none is wanted, ok when what was typed is no time.
func sinceOf(q url.Values, stay time.Duration) (ms int64, asked, ok bool) {
	if last := q.Get("last"); last != "" {
		n, err := strconv.ParseUint(last, 10, 16)
		if err != nil || n == 0 {
			return 0, true, err == nil
		}
		return max(0, (stay - time.Duration(n)*time.Minute).Milliseconds()), true, true
	}
	text := strings.TrimSpace(q.Get("since"))
	if text == "" {
		return 0, false, true
	}
	parts := strings.Split(text, ":")
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || len(parts) < 2 || len(parts) > 3 || i > 0 && (n > 59 || len(p) != 2) {
			return 0, true, false
		}
		ms = ms*60 + int64(n)
	}
	return ms * 1000, true, true
}

// paintSummary turns a summary into a view. What rests on lines that are gone is left out.
func (s *Server) paintSummary(v *summaryView, sum models.Summary, h held, p *painter) {
	lines := make(map[models.Key]models.Utterance, len(h.lines))
	for _, u := range h.lines {
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
	v := summaryItem{Text: it.Text}
	for _, k := range it.Cites {
		u, ok := lines[k]
		if !ok {
			continue
		}
		v.Cites = append(v.Cites, cite{lineID(k), p.s.moment(p.ses, u.StartMS)})
		if v.Clip == nil {
			v.Clip = p.clip(k)
		}
		if it.SpeakerID != "" && v.Who == nil {
			v.Who, _ = p.cast.find(u.SpeakerID, u.SpeakerName)
		}
	}
	return v
}

func talkRows(talk []models.TalkShare, c *cast) (rows []talkRow) {
	var all int64
	for _, t := range talk {
		all += t.TalkMS
	}
	for _, t := range talk {
		who, _ := c.find(t.SpeakerID, t.SpeakerName)
		rows = append(rows, talkRow{who, clock(t.TalkMS), int((100*t.TalkMS + all/2) / max(all, 1)), t.Turns, t.Interruptions, t.Interrupted})
	}
	return rows
}

// digestText is what the rules and the hosts did, in one sentence; "" when that was nothing.
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
	return strings.Join(parts, " · ")
}

func (s *Server) chapterViews(sum models.Summary, ses models.Session) (out []chapterView) {
	for _, c := range sum.Chapters {
		v := chapterView{Title: c.Title, At: s.moment(ses, c.StartMS), X: c.StartMS, W: max(c.EndMS-c.StartMS, 1)}
		if len(c.Cites) > 0 {
			v.Line = lineID(c.Cites[0])
		}
		out = append(out, v)
	}
	return out
}

// summarise makes a session's summary now and goes back to its page.
func (s *Server) summarise(w http.ResponseWriter, r *http.Request) {
	if _, err := s.remade(r); err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	http.Redirect(w, r, "/s/"+url.PathEscape(r.PathValue("id"))+"#summary", http.StatusSeeOther)
}

// remade makes and stores a summary for a visitor who may decide about the session.
func (s *Server) remade(r *http.Request) (models.Summary, error) {
	info, err := s.visible(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		return models.Summary{}, err
	case !auth.VisitorOf(r.Context()).May(info.Room, models.AccessReviewer):
		return models.Summary{}, models.ErrForbidden
	case s.sums == nil:
		return models.Summary{}, fmt.Errorf("no summaries are made here: %w", models.ErrInvalid)
	}
	ctx, cancel := context.WithTimeout(r.Context(), remakeWithin)
	defer cancel()
	sum, err := s.sums.Remake(ctx, info.ID)
	if err != nil {
		return sum, fmt.Errorf("summary: %w", err)
	}
	return sum, nil
}

func (s *Server) apiRemake(r *http.Request) (any, error) { return s.remade(r) }

func (s *Server) apiSummary(r *http.Request) (any, error) {
	info, err := s.visible(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	since, asked, ok := sinceOf(r.URL.Query(), s.stay(info.Session))
	var sum models.Summary
	switch {
	case !ok:
		return nil, web.Refuse(http.StatusBadRequest, "since: want a time from the session's start, as 12:30; last: want minutes")
	case asked && s.sums != nil:
		sum, err = s.sums.Recap(r.Context(), info.ID, since)
	default:
		sum, err = s.store.Summary(r.Context(), info.ID, models.SummarySession)
	}
	if err != nil {
		return nil, fmt.Errorf("summary: %w", err)
	}
	return sum, nil
}
