package control

import (
	"context"
	"net/url"

	"earshot/models"
)

// OpenFlags lists the newest flags that wait for a decision, with their asks; at most 1000.
func (c Client) OpenFlags(ctx context.Context) ([]models.FlagPlace, error) {
	found := struct{ Flags []models.FlagPlace }{[]models.FlagPlace{}}
	err := c.get(ctx, "/api/flags?status=open&limit=1000", &found)
	return found.Flags, err
}

// SetFlag confirms, dismisses or reopens a flag.
func (c Client) SetFlag(ctx context.Context, id string, status models.FlagStatus) (f models.Flag, err error) {
	return f, c.post(ctx, "/api/flags/"+url.PathEscape(id), map[string]models.FlagStatus{"status": status}, &f)
}

// ChooseFor answers the open ask of a flag with one of its offers, which also confirms the flag.
func (c Client) ChooseFor(ctx context.Context, id, choice string) (f models.Flag, err error) {
	return f, c.post(ctx, "/api/flags/"+url.PathEscape(id), map[string]string{"choice": choice}, &f)
}
