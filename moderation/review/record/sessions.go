package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Listed is the number of sessions in the list of rooms.
const Listed = 200

// Session finds a session that the visitor may see.
func (c *Record) Session(ctx context.Context, id string) (models.Session, error) {
	found, err := c.Store.SessionIn(ctx, id, auth.VisitorOf(ctx).Scope())
	if err != nil {
		return found, fmt.Errorf("session: %w", err)
	}
	return found, nil
}

// Counted returns a session that the visitor may see, with its counts, which requires reading all of it.
func (c *Record) Counted(ctx context.Context, id string) (models.SessionInfo, error) {
	if _, err := c.Session(ctx, id); err != nil {
		return models.SessionInfo{}, err
	}
	info, err := c.Store.Session(ctx, id)
	if err != nil {
		return info, fmt.Errorf("session: %w", err)
	}
	return info, nil
}

// Snapshot reads a session that the visitor may see, at one moment; words includes the lines and gaps. Decisions and actions that
// cannot be read are omitted and logged.
func (c *Record) Snapshot(ctx context.Context, id string, words bool) (models.Snapshot, error) {
	snap, err := c.Store.Snapshot(ctx, models.SnapshotQuery{Session: id, Only: auth.VisitorOf(ctx).Scope(), Now: c.Now(), Words: words})
	if err = c.readable(id, err); err != nil {
		return snap, fmt.Errorf("session: %w", err)
	}
	return snap, nil
}

// readable returns err, except that unreadable data is logged and the rest is used.
func (c *Record) readable(session string, err error) error {
	if models.Readable(err) == nil && err != nil {
		c.Log.Error("some of what came of flags cannot be read", "session", session, "err", err)
	}
	return models.Readable(err)
}

// Decisions lists the rules' decisions in a session, as far as they can be read.
func (c *Record) Decisions(ctx context.Context, id string) ([]models.Decision, error) {
	return listOf(ctx, c, id, "decisions", func(ctx context.Context, id string) ([]models.Decision, error) {
		found, err := c.Store.Decisions(ctx, id)
		return found, c.readable(id, err)
	})
}

// Lines lists the lines of a session.
func (c *Record) Lines(ctx context.Context, id string) ([]models.Utterance, error) {
	return listOf(ctx, c, id, "utterances", c.Store.Utterances)
}

// SessionFlags lists the flags of a session.
func (c *Record) SessionFlags(ctx context.Context, id string) ([]models.Flag, error) {
	return listOf(ctx, c, id, "flags", c.Store.Flags)
}

// Clips lists the stored clips of a session, without audio.
func (c *Record) Clips(ctx context.Context, id string) ([]models.Evidence, error) {
	return listOf(ctx, c, id, "evidence", func(ctx context.Context, id string) ([]models.Evidence, error) {
		return c.Store.SessionEvidence(ctx, id, c.Now())
	})
}

// listOf reads one list of a session that the visitor may see.
func listOf[T any](ctx context.Context, c *Record, id, what string, read func(context.Context, string) ([]T, error)) ([]T, error) {
	if _, err := c.Session(ctx, id); err != nil {
		return nil, err
	}
	found, err := read(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", what, id, err)
	}
	return found, nil
}

// Clip returns a clip with its audio, if the visitor may see its session.
func (c *Record) Clip(ctx context.Context, id string) (models.Evidence, error) {
	e, err := c.Store.Evidence(ctx, id, c.Now())
	if err == nil {
		_, err = c.Session(ctx, e.Utterance.Session)
	}
	if err != nil {
		return models.Evidence{}, fmt.Errorf("evidence: %w", err)
	}
	return e, nil
}

// Sessions lists the sessions that the visitor may see: live ones first, among them those with most open flags, then the newest.
func (c *Record) Sessions(ctx context.Context, limit int) ([]models.SessionInfo, error) {
	sessions, err := c.Store.Sessions(ctx, models.SessionQuery{Only: auth.VisitorOf(ctx).Scope(), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	slices.SortStableFunc(sessions, func(a, b models.SessionInfo) int {
		switch {
		case a.Live() != b.Live():
			return map[bool]int{true: -1, false: 1}[a.Live()]
		case a.Live():
			return cmp.Or(cmp.Compare(b.OpenFlags, a.OpenFlags), b.Started.Compare(a.Started))
		default:
			return b.Started.Compare(a.Started)
		}
	})
	return sessions, nil
}

// KnownRooms returns the rooms of the latest sessions that the visitor may see, each under its latest name.
func (c *Record) KnownRooms(ctx context.Context) (rooms []models.Room, err error) {
	sessions, err := c.Sessions(ctx, Listed)
	if err != nil {
		return nil, err
	}
	for _, x := range sessions {
		if !slices.ContainsFunc(rooms, func(r models.Room) bool { return r.ID == x.Room }) {
			rooms = append(rooms, models.Room{ID: x.Room, Name: x.Name})
		}
	}
	return rooms, nil
}

// Names returns the display names that hosts gave in a room, by speaker id.
func (c *Record) Names(ctx context.Context, room string) (map[string]string, error) {
	names, err := c.Store.Names(ctx, room)
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	return names, nil
}

// Audit lists changes with their authors, latest first, for hosts of all rooms.
func (c *Record) Audit(ctx context.Context, limit int) ([]models.AuditEntry, error) {
	if err := auth.VisitorOf(ctx).Require("", models.AccessHost); err != nil {
		return nil, err
	}
	found, err := c.Store.Audit(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return found, nil
}
