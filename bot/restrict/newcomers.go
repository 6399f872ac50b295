package restrict

import (
	"context"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// newcomersBack is how long before the action people may have joined and still count as newcomers.
const newcomersBack = 2 * time.Minute

// newcomers returns the actions that VerbNewcomersListen requires now. It exempts hosts, and those who were dealt with before.
func (m *Manager) newcomers(ctx context.Context, r models.Restriction, people []room.Present, now time.Time) (out []models.Action) {
	can, _ := m.Room.Can()
	verb := models.VerbToAudience
	if !can.ToAudience {
		verb = models.VerbMute
	}
	since := m.Room.Elapsed() - now.Sub(r.Since) - newcomersBack
	for _, p := range people {
		if p.Came == 0 || p.Came < since || p.Role == models.RoleHost || p.Role == models.RoleCohost {
			continue
		}
		a := models.Action{
			ID: r.Action + "-" + p.ID, Session: r.Session, Decision: r.Decision, Verb: verb, TargetID: p.ID, TargetName: p.Name,
			ForMS: max(1000, r.Until.Sub(now).Milliseconds()), State: models.ActionPlanned, By: r.By, Created: now.UTC(),
		}
		if _, err := m.Actions.Action(ctx, a.ID); err != nil { // not done yet
			out = append(out, a)
		}
	}
	return out
}
