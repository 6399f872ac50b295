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

// Summariser sums sessions up. Its methods may be called by many goroutines at once.
type Summariser interface {
	// Recap sums up what was said from a time on, in ms from the session's start, at once and without storing it.
	Recap(ctx context.Context, session string, sinceMS int64) (models.Summary, error)
	// Remake sums a session up anew, as far as it has come, and stores it. It may take as long as a language model thinks.
	Remake(ctx context.Context, session string) (models.Summary, error)
}

// remakeWithin bounds the making of a summary.
const remakeWithin = 2 * time.Minute

// ErrNoTime says that a time to sum up from can't be read.
var ErrNoTime = fmt.Errorf("no time: %w", models.ErrInvalid)

// Summary returns the stored summary of a session that the visitor may see or, when the address asks for it, of what was said
// since a time, made now.
func (c *Record) Summary(ctx context.Context, id string, address url.Values) (models.Summary, error) {
	ses, err := c.Session(ctx, id)
	if err != nil {
		return models.Summary{}, err
	}
	since, asked, ok := Since(address, c.Lasted(ses))
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

// Lasted is how long a session has lasted.
func (c *Record) Lasted(ses models.Session) time.Duration {
	if ses.Live() {
		return max(c.Now().Sub(ses.Started), 0)
	}
	return max(ses.Ended.Sub(ses.Started), 0)
}

// Since reads from where a recap is wanted, in ms: since=12:30 from the session's start, last=15 minutes before now, 0
// for all of it. asked is false when none is wanted, ok when what was typed is no time.
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

// Remake makes and stores a summary for a visitor who may decide about the session.
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
