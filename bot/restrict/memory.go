package restrict

import (
	"context"
	"sync"

	"earshot/models"
)

// memory is a Store that remembers restrictions whose rows have been erased: they are still in force in the room. Its methods may
// be called from any goroutine.
type memory struct {
	Store

	mu    sync.Mutex
	known map[place]models.Restriction
}

// Restrictions implements Store.
func (m *memory) Restrictions(ctx context.Context, room string) ([]models.Restriction, error) {
	all, err := m.Store.Restrictions(ctx, room)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range all {
		m.known[place{r.Person, r.Verb}] = r
	}
	return all, err
}

// PutRestriction implements Store.
func (m *memory) PutRestriction(ctx context.Context, r models.Restriction) error {
	err := m.Store.PutRestriction(ctx, r)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[place{r.Person, r.Verb}] = r
	return err
}

// EndRestriction implements Store.
func (m *memory) EndRestriction(ctx context.Context, room, person string, verb models.Verb) error {
	err := m.Store.EndRestriction(ctx, room, person, verb)
	if err == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.known, place{person, verb})
	}
	return err
}

// lost returns known restrictions that are no longer stored.
func (m *memory) lost(stored []models.Restriction) (out []models.Restriction) {
	there := map[place]bool{}
	for _, r := range stored {
		there[place{r.Person, r.Verb}] = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, r := range m.known {
		if !there[p] {
			out = append(out, r)
		}
	}
	return out
}
