package export

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"earshot/models"
)

// Store provides the data of an export. Its methods are those of the pages' store.
type Store interface {
	Session(ctx context.Context, id string) (models.SessionInfo, error)
	Speakers(ctx context.Context, session string) ([]models.Speaker, error)
	Utterances(ctx context.Context, session string) ([]models.Utterance, error)
	Flags(ctx context.Context, session string) ([]models.Flag, error)
	Gaps(ctx context.Context, session string) ([]models.Gap, error)
	// Names are the display names that hosts gave people in a room, by their identity there.
	Names(ctx context.Context, room string) (map[string]string, error)
	// Summary returns the stored summary of a kind, or an error that wraps models.ErrNotFound.
	Summary(ctx context.Context, session, kind string) (models.Summary, error)
}

// Read reads a session with everything that an export may contain, each part in order of time.
func Read(ctx context.Context, store Store, id string) (Transcript, error) {
	info, err := store.Session(ctx, id)
	if err != nil {
		return Transcript{}, err
	}
	t := Transcript{Session: &info.Session}
	var errs [6]error
	t.Speakers, errs[0] = store.Speakers(ctx, id)
	t.Utterances, errs[1] = store.Utterances(ctx, id)
	t.Flags, errs[2] = store.Flags(ctx, id)
	t.Gaps, errs[3] = store.Gaps(ctx, id)
	sum, err := store.Summary(ctx, id, models.SummarySession)
	switch {
	case err == nil:
		t.Summary = &sum
	case !errors.Is(err, models.ErrNotFound):
		errs[4] = err
	}
	var names map[string]string
	names, errs[5] = store.Names(ctx, info.Room)
	t.rename(names)
	t.sort()
	return t, errors.Join(errs[:]...)
}

// rename applies the display names given by hosts. The platform's names are kept for Redact.
func (t *Transcript) rename(names map[string]string) {
	give := func(id string, name *string) {
		if n := names[id]; n != "" && *name != n {
			t.OtherNames = append(t.OtherNames, *name)
			*name = n
		}
	}
	for i := range t.Speakers {
		give(t.Speakers[i].ID, &t.Speakers[i].Name)
	}
	for i := range t.Utterances {
		give(t.Utterances[i].SpeakerID, &t.Utterances[i].SpeakerName)
	}
	for i := range t.Flags {
		give(t.Flags[i].SpeakerID, &t.Flags[i].SpeakerName)
	}
	for i := range t.Gaps {
		give(t.Gaps[i].SpeakerID, &t.Gaps[i].SpeakerName)
	}
	slices.Sort(t.OtherNames)
	t.OtherNames = slices.Compact(t.OtherNames)
}

// sort sorts everything by time, and simultaneous items in a stable order.
func (t *Transcript) sort() {
	slices.SortFunc(t.Utterances, func(a, b models.Utterance) int {
		return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), compareKeys(a.Key, b.Key))
	})
	slices.SortFunc(t.Flags, func(a, b models.Flag) int { return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), cmp.Compare(a.ID, b.ID)) })
	slices.SortStableFunc(t.Gaps, func(a, b models.Gap) int { return cmp.Compare(a.StartMS, b.StartMS) })
	slices.SortFunc(t.Speakers, func(a, b models.Speaker) int {
		return cmp.Or(cmp.Compare(a.FirstMS, b.FirstMS), cmp.Compare(a.ID, b.ID))
	})
}

func compareKeys(a, b models.Key) int {
	return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Track, b.Track), cmp.Compare(a.Seq, b.Seq))
}
