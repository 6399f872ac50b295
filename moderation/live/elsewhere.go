package live

import (
	"context"
	"time"

	"earshot/models"
	"earshot/models/ticks"
)

const (
	// strikesEvery is how often strikes that other processes stored are looked for.
	strikesEvery = 5 * time.Second
	// strikesWithin is how far back: clocks of machines differ, and an entry is dated to when its words were said, which a process that is
	// behind transcribes much later.
	strikesWithin = time.Hour
)

// followStrikes has the sessions in memory count the strikes for all rooms that other processes on the same database stored, until the
// context ends. Those of this process are passed on as they are stored.
func (d *Sessions) followStrikes(ctx context.Context) {
	for range ticks.Every(ctx, strikesEvery) {
		if !d.sharing() {
			continue
		}
		entries, err := d.env.store.LedgerSince(ctx, "", "", time.Now().Add(-strikesWithin))
		if err != nil && ctx.Err() == nil {
			d.env.log.Warn("strikes of other processes could not be read; the next attempt is soon", "err", err)
		}
		d.countElsewhere(entries)
	}
}

// sharing reports whether a session is in memory and a profile has strikes that count in all rooms.
func (d *Sessions) sharing() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.policies {
		if p.Rules != nil && p.Rules.SharesStrikes() {
			return len(d.sessions) > 0
		}
	}
	return false
}

// countElsewhere has the sessions in memory count entries of sessions that are not.
func (d *Sessions) countElsewhere(entries []models.LedgerEntry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var foreign []models.LedgerEntry
	for _, e := range entries {
		if d.sessions[e.Session] == nil {
			foreign = append(foreign, e)
		}
	}
	if len(foreign) == 0 {
		return
	}
	for _, s := range d.sessions {
		s.post(func() { s.judge.strikes(foreign) })
	}
}
