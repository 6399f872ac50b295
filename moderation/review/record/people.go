package record

import (
	"context"
	"fmt"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Person finds a person, as the rooms know them that the visitor may see.
func (c *Record) Person(ctx context.Context, room, speaker string) (models.Person, error) {
	p, err := c.Store.Person(ctx, room, speaker, auth.VisitorOf(ctx).Scope())
	if err != nil {
		return p, fmt.Errorf("person: %w", err)
	}
	return p, nil
}

// Managed finds the person behind an identity, with all that is held, when the visitor is a host of every room where they
// were seen: a name, a merger and an erasure hold in all of them. Who may not even see the identity learns nothing.
func (c *Record) Managed(ctx context.Context, i models.Identity) (models.Person, error) {
	who := auth.VisitorOf(ctx)
	if !who.May(i.Room, models.AccessViewer) {
		return models.Person{}, fmt.Errorf("person: %w", models.ErrNotFound)
	}
	p, err := c.Store.Person(ctx, i.Room, i.SpeakerID, models.RoomSet{})
	if err != nil {
		return p, fmt.Errorf("person: %w", err)
	}
	for _, room := range p.Rooms() {
		if !who.May(room, models.AccessHost) {
			return models.Person{}, models.ErrForbidden
		}
	}
	return p, nil
}

// PersonFile is everything that is held about a person, as a file for them.
type PersonFile struct {
	Person models.Person      `json:"person"`
	Lines  []models.Utterance `json:"utterances"`
	Flags  []models.Flag      `json:"flags"`
	Gaps   []models.Gap       `json:"gaps"`
	// Strikes are the entries of the ledgers.
	Strikes []models.LedgerEntry `json:"strikes"`
}

// PersonFile gathers everything that is held about a person, but for the sound.
func (c *Record) PersonFile(ctx context.Context, room, speaker string) (out PersonFile, err error) {
	if out.Person, err = c.Person(ctx, room, speaker); err != nil {
		return out, err
	}
	out.Lines, out.Flags, out.Gaps = []models.Utterance{}, []models.Flag{}, []models.Gap{}
	out.Strikes = []models.LedgerEntry{}
	for _, i := range out.Person.Identities {
		found, err := c.Store.Strikes(ctx, i.Room, i.SpeakerID)
		if err != nil {
			return out, fmt.Errorf("strikes: %w", err)
		}
		out.Strikes = append(out.Strikes, found...)
	}
	for _, x := range out.Person.Sessions {
		h, err := c.Snapshot(ctx, x.Session.ID, true)
		if err != nil {
			return out, err
		}
		for _, u := range h.Lines {
			if u.SpeakerID == x.SpeakerID {
				out.Lines = append(out.Lines, u)
			}
		}
		for _, f := range h.Flags {
			if f.SpeakerID == x.SpeakerID {
				out.Flags = append(out.Flags, f)
			}
		}
		for _, g := range h.Gaps {
			if g.SpeakerID == x.SpeakerID {
				out.Gaps = append(out.Gaps, g)
			}
		}
	}
	return out, nil
}

// Strikes lists the entries of all ledgers about somebody, the latest first.
func (c *Record) Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error) {
	found, err := c.Store.Strikes(ctx, room, speaker)
	if err != nil {
		return nil, fmt.Errorf("strikes: %w", err)
	}
	return found, nil
}

// Identities lists who was seen in a room that the visitor may see, those seen last first.
func (c *Record) Identities(ctx context.Context, room string, limit int) ([]models.Identity, error) {
	if err := auth.VisitorOf(ctx).Require(room, models.AccessViewer); err != nil {
		return nil, err
	}
	found, err := c.Store.Identities(ctx, room, limit)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return found, nil
}
