package restrict

import (
	"context"
	"sync"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// look compares the restrictions that should be in force with those that are, and starts the resulting jobs.
func (m *Manager) look(ctx context.Context, group *sync.WaitGroup, slots chan struct{}) {
	all, err := m.Store.Restrictions(ctx, m.RoomID)
	if err != nil {
		if ctx.Err() == nil {
			m.Log.Error("what is in force in a room cannot be read", "room", m.RoomID, "err", err)
		}
		return
	}
	people, now := m.Room.People(), time.Now()
	m.observations.forget(all)
	for _, r := range all {
		if r.Verb == models.VerbNewcomersListen {
			m.lookAtNewcomers(ctx, group, slots, r, people, now)
			continue
		}
		j := m.observations.judge(r, all, people, now)
		if j == wait {
			continue
		}
		m.spawn(group, slots, r.Person, func() error { return m.carryOut(ctx, r, j) })
	}
}

// spawn runs a job in the background, unless another one for the person is running, or too many: the next look then repeats it.
func (m *Manager) spawn(group *sync.WaitGroup, slots chan struct{}, person string, do func() error) {
	release, ok := m.turns.tryTake(person)
	if !ok {
		return
	}
	select {
	case slots <- struct{}{}:
	default:
		release()
		return
	}
	group.Go(func() {
		defer func() { <-slots; release() }()
		if err := do(); err != nil {
			m.Log.Error("what is in force in a room is not as it should be", "room", m.RoomID, "speaker", person, "err", err)
		}
	})
}

func (m *Manager) lookAtNewcomers(
	ctx context.Context, group *sync.WaitGroup, slots chan struct{}, r models.Restriction, people []room.Present, now time.Time,
) {
	if !r.Until.IsZero() && !now.Before(r.Until) {
		if err := m.Store.EndRestriction(ctx, m.RoomID, r.Person, r.Verb); err != nil {
			m.Log.Error("newcomers may speak again, and that is not recorded", "room", m.RoomID, "err", err)
		}
		return
	}
	for _, a := range m.newcomers(ctx, r, people, now) {
		m.spawn(group, slots, a.TargetID, func() error {
			err := m.Actions.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}})
			if err == nil {
				_, err = m.do(ctx, a)
			}
			return err
		})
	}
}
