package record

import (
	"bytes"
	"context"
	"fmt"

	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// Export writes a session that the visitor may see as a file, in a format given by name.
func (c *Record) Export(ctx context.Context, id, format string, o export.Options) (web.File, error) {
	f, err := export.ParseFormat(format)
	if err != nil {
		return web.File{}, fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	if _, err := c.Session(ctx, id); err != nil {
		return web.File{}, err
	}
	o.Format = f
	var b bytes.Buffer
	if err := export.WriteSession(ctx, &b, c.Store, id, o); err != nil {
		return web.File{}, fmt.Errorf("export as %s: %w", f, err)
	}
	return web.File{Type: f.ContentType(), Name: export.FileName(id, f, o.Redact), Body: b.Bytes()}, nil
}
