package record

import (
	"context"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// maxLedger limits what is shown of a session's ledger.
const maxLedger = 10_000

// Consents returns the consent ledger of a session, oldest entry first.
func (c *Record) Consents(ctx context.Context, id string) ([]models.Consent, error) {
	if _, err := c.Session(ctx, id); err != nil {
		return nil, err
	}
	found, err := c.Store.Consents(ctx, id, "", "", maxLedger)
	if err != nil {
		return nil, fmt.Errorf("consent: %w", err)
	}
	slices.Reverse(found)
	return found, nil
}

// Object records a person's objection or its withdrawal for a session of a room in which the visitor is a host.
func (c *Rooms) Object(ctx context.Context, session, speaker string, objects bool, how string) (models.Consent, error) {
	ses, err := c.Record.Session(ctx, session)
	if err == nil {
		err = auth.VisitorOf(ctx).Require(ses.Room, models.AccessHost)
	}
	if err != nil {
		return models.Consent{}, err
	}
	speakers, err := c.Record.Store.Speakers(ctx, session)
	if err != nil {
		return models.Consent{}, fmt.Errorf("speakers: %w", err)
	}
	entry := models.Consent{Session: session, SpeakerID: speaker, What: models.ConsentWithdrew, How: how, By: auth.VisitorOf(ctx).Name}
	if objects {
		entry.What = models.ConsentObjected
	}
	i := slices.IndexFunc(speakers, func(p models.Speaker) bool { return p.ID == speaker })
	if i < 0 {
		return entry, fmt.Errorf("speaker: %w", models.ErrNotFound)
	}
	entry.SpeakerName = speakers[i].Name
	return c.Listener.Object(ctx, entry)
}
