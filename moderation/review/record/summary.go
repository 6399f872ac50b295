package record

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
)

// Summariser makes summaries. Its methods may be called by many goroutines at once.
type Summariser interface {
	// Recap summarises what was said from a time on, in ms from the session's start, immediately and without storing it.
	Recap(ctx context.Context, session string, sinceMS int64) (models.Summary, error)
	// Remake summarises a session again, up to its current point, and stores the result. It may take as long as a language model
	// needs.
	Remake(ctx context.Context, session string) (models.Summary, error)
}

// remakeWithin limits the making of a summary.
const remakeWithin = 2 * time.Minute

// ErrNoTime says that the start time of a recap can't be parsed.
var ErrNoTime = fmt.Errorf("no time: %w", models.ErrInvalid)

// Summary returns the stored summary of a session that the visitor may see or, if the URL requests it, a new one of what was said
// since a time.
func (c *Record) Summary(ctx context.Context, id string, address url.Values) (models.Summary, error) {
	ses, err := c.Session(ctx, id)
	if err != nil {
		return models.Summary{}, err
	}
	since, asked, ok := Since(address, ses.Lasted(c.Now()))
	var sum models.Summary
	switch {
	case !ok:
		return sum, ErrNoTime
	case asked && c.Summaries != nil:
		sum, err = c.Summaries.Recap(ctx, id, since)
	default:
		sum, err = c.Store.Summary(ctx, id, models.SummarySession)
	}
	if err != nil {
		return sum, fmt.Errorf("summary: %w", err)
	}
	return sum, nil
}

// Since parses the start of a recap, in ms: since=12:30 from the session's start, last=15 minutes before now, 0 for everything.
// asked is false if none is requested, ok is false if the value is not a time.
func Since(q url.Values, stay time.Duration) (ms int64, asked, ok bool) {
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
	ms, ok = export.ParseClock(text)
	return ms, true, ok
}

// Remake makes and stores a summary for a visitor who may decide flags of the session.
func (c *Record) Remake(ctx context.Context, id string) (models.Summary, error) {
	info, err := c.Session(ctx, id)
	switch {
	case err != nil:
		return models.Summary{}, err
	case !auth.VisitorOf(ctx).May(info.Room, models.AccessReviewer):
		return models.Summary{}, models.ErrForbidden
	case c.Summaries == nil:
		return models.Summary{}, fmt.Errorf("no summaries are made here: %w", models.ErrInvalid)
	}
	ctx, cancel := context.WithTimeout(ctx, remakeWithin)
	defer cancel()
	sum, err := c.Summaries.Remake(ctx, info.ID)
	if err != nil {
		return sum, fmt.Errorf("summary: %w", err)
	}
	return sum, nil
}
