package record

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Filter narrows a search. Fields are as in the URL; invalid values are ignored.
type Filter struct {
	Room, Speaker, Rule string
	Flagged             bool
	From, To            string // dates, YYYY-MM-DD, inclusive
}

// FilterOf parses the filter of a URL.
func FilterOf(q url.Values) Filter {
	text := func(key string) string { return strings.ToValidUTF8(q.Get(key), "") }
	f := Filter{Room: text("room"), Speaker: text("speaker"), Rule: text("rule"), Flagged: text("flagged") != ""}
	for key, to := range map[string]*string{"from": &f.From, "to": &f.To} {
		if _, err := time.Parse(isoDate, text(key)); err == nil {
			*to = text(key)
		}
	}
	return f
}

const isoDate = "2006-01-02"

// Set reports whether a filter is set.
func (f Filter) Set() bool {
	return f.Room != "" || f.Speaker != "" || f.Rule != "" || f.Flagged || f.From != "" || f.To != ""
}

// Values returns the filter as URL parameters.
func (f Filter) Values() url.Values {
	v := url.Values{}
	for k, x := range map[string]string{"room": f.Room, "speaker": f.Speaker, "rule": f.Rule, "from": f.From, "to": f.To} {
		if x != "" {
			v.Set(k, x)
		}
	}
	if f.Flagged {
		v.Set("flagged", "1")
	}
	return v
}

// Query returns the filter in the store's form. Days are in the given time zone.
func (f Filter) Query(loc *time.Location) models.SearchQuery {
	q := models.SearchQuery{Room: f.Room, Speaker: f.Speaker, Rule: f.Rule, Flagged: f.Flagged}
	if t, err := time.ParseInLocation(isoDate, f.From, loc); err == nil {
		q.From = t
	}
	if t, err := time.ParseInLocation(isoDate, f.To, loc); err == nil {
		q.To = t.AddDate(0, 0, 1)
	}
	return q
}

// HitsShown is the number of hits on a search page.
const HitsShown = 50

// Search returns a page of the lines that the visitor may see.
func (c *Record) Search(ctx context.Context, q models.SearchQuery) (models.SearchPage, error) {
	q.Only, q.Limit = auth.VisitorOf(ctx).Scope(), HitsShown
	page, err := c.Store.Search(ctx, q)
	if err != nil {
		return page, fmt.Errorf("search for %d characters: %w", utf8.RuneCountInString(q.Text), err)
	}
	return page, nil
}

// Flags lists flags that the visitor may see.
func (c *Record) Flags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error) {
	q.Only = auth.VisitorOf(ctx).Scope()
	found, err := c.Store.FindFlags(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("flags: %w", err)
	}
	return found, nil
}

// Rules counts how each rule's flags were decided in the rooms that the visitor may see.
func (c *Record) Rules(ctx context.Context) ([]models.RuleCounts, error) {
	found, err := c.Store.Rules(ctx, auth.VisitorOf(ctx).Scope())
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return found, nil
}
