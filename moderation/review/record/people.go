package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Person returns a person as known in the rooms that the visitor may see.
func (c *Record) Person(ctx context.Context, room, speaker string) (models.Person, error) {
	p, err := c.Store.Person(ctx, room, speaker, auth.VisitorOf(ctx).Scope())
	if err != nil {
		return p, fmt.Errorf("person: %w", err)
	}
	return p, nil
}

// Managed returns the person behind an identity, with everything stored, if the visitor is a host of every room where they were
// seen, since names, mergers and erasures apply to all of them. Visitors who may not even see the identity learn nothing.
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

// NamePerson sets the display name of a person whom the visitor manages; "" restores the platform's name.
func (c *Record) NamePerson(ctx context.Context, i models.Identity, name string) error {
	p, err := c.Managed(ctx, i)
	if err != nil {
		return err
	}
	return calledAnew(c.Hub, p, c.Store.NamePerson(ctx, i.Room, i.SpeakerID, name, auth.VisitorOf(ctx).Name, c.Now()))
}

// MergePeople merges two identities of one person. The visitor must manage both, since the other one's data elsewhere is merged too.
func (c *Record) MergePeople(ctx context.Context, i, with models.Identity) error {
	p, err := c.Managed(ctx, i)
	if err != nil {
		return err
	}
	other, err := c.Managed(ctx, with)
	if err != nil {
		return err
	}
	p.Sessions = append(p.Sessions, other.Sessions...)
	return calledAnew(c.Hub, p, c.Store.MergePeople(ctx, i, with, auth.VisitorOf(ctx).Name, c.Now()))
}

// SplitPerson separates an identity from a person whom the visitor manages. models.ErrNotFound: the person has no such identity.
func (c *Record) SplitPerson(ctx context.Context, i, part models.Identity) error {
	p, err := c.Managed(ctx, i)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Identities, func(i models.Identity) bool { return i.Room == part.Room && i.SpeakerID == part.SpeakerID }) {
		return fmt.Errorf("part: %w", models.ErrNotFound)
	}
	return calledAnew(c.Hub, p, c.Store.SplitPerson(ctx, part.Room, part.SpeakerID, auth.VisitorOf(ctx).Name, c.Now()))
}

// calledAnew makes the open pages of a person's live sessions reload after a change of name.
func calledAnew(hub Publisher, p models.Person, err error) error {
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	for _, x := range p.Sessions {
		if x.Session.Live() {
			hub.Publish(models.Event{SessionID: x.Session.ID})
		}
	}
	return nil
}

// EraseWord must be typed to confirm an erasure: not every name can be typed.
const EraseWord = "erase"

// ErrOtherWord says that something else was typed to confirm an erasure.
var ErrOtherWord = fmt.Errorf("another word: %w", models.ErrInvalid)

// ErasePerson erases everything stored about a person whom the visitor manages; typed must be EraseWord, to confirm it.
func (c *Record) ErasePerson(ctx context.Context, i models.Identity, typed string) error {
	_, err := c.Managed(ctx, i)
	switch {
	case err != nil:
		return err
	case !strings.EqualFold(strings.TrimSpace(typed), EraseWord):
		return ErrOtherWord
	}
	return changed(c.Store.ErasePerson(ctx, i.Room, i.SpeakerID, auth.VisitorOf(ctx).Name))
}

// NameOf returns a person's display name.
func NameOf(p models.Person) string { return cmp.Or(web.CleanName(p.Name), "Unknown") }

func changed(err error) error {
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	return nil
}

// PersonFile is all data stored about a person, in a file for them.
type PersonFile struct {
	Person models.Person      `json:"person"`
	Lines  []models.Utterance `json:"utterances"`
	Flags  []models.Flag      `json:"flags"`
	Gaps   []models.Gap       `json:"gaps"`
	// Strikes are the ledger entries.
	Strikes []models.LedgerEntry `json:"strikes"`
}

// PersonFile collects all data stored about a person, except audio.
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

// Strikes lists the entries of all ledgers about a person, latest first.
func (c *Record) Strikes(ctx context.Context, room, speaker string) ([]models.LedgerEntry, error) {
	found, err := c.Store.Strikes(ctx, room, speaker)
	if err != nil {
		return nil, fmt.Errorf("strikes: %w", err)
	}
	return found, nil
}

// Speakers returns the people of a session whose visibility has already been checked.
func (c *Record) Speakers(ctx context.Context, session string) ([]models.Speaker, error) {
	found, err := c.Store.Speakers(ctx, session)
	if err != nil {
		return nil, fmt.Errorf("speakers: %w", err)
	}
	return found, nil
}

// Identities lists who was seen in a room that the visitor may see, most recent first, under the names that hosts gave them.
func (c *Record) Identities(ctx context.Context, room string, limit int) ([]models.Identity, error) {
	if err := auth.VisitorOf(ctx).Require(room, models.AccessViewer); err != nil {
		return nil, err
	}
	found, err := c.Store.Identities(ctx, room, limit)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	names, err := c.Names(ctx, room)
	for i, x := range found {
		found[i].Name = cmp.Or(names[x.SpeakerID], x.Name)
	}
	return found, err
}
