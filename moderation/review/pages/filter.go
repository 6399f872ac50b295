package pages

import (
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/record"
)

// filter is that of an address, with what there is to choose from.
type filter struct {
	record.Filter
	Rooms  []string
	People []models.Identity // of the room, when one is chosen
	Rules  []string
}

func (s recordPages) filter(r *http.Request) (f filter, err error) {
	f.Filter = record.FilterOf(r.URL.Query())
	ctx := r.Context()
	if f.Rooms, err = s.Record.KnownRooms(ctx); err != nil {
		return f, err
	}
	if slices.Contains(f.Rooms, f.Room) {
		if f.People, err = s.Record.Identities(ctx, f.Room, 200); err != nil {
			return f, err
		}
	}
	rules, err := s.Record.Rules(ctx)
	if err != nil {
		return f, err
	}
	for _, c := range rules {
		f.Rules = append(f.Rules, c.Rule)
	}
	slices.Sort(f.Rules)
	return f, nil
}
