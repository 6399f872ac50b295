package review

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/models"
)

// memory is a Store in memory, with the contents that a test puts in.
type memory struct {
	mu        sync.Mutex
	sessions  []models.Session
	speakers  []models.Speaker
	lines     []models.Utterance
	places    map[models.Key]int // in lines, as line found them
	flags     []models.Flag
	gaps      []models.Gap
	clips     []models.Evidence
	names     map[string]string
	merged    []models.Identity // with whoever is asked for
	decisions []models.Decision
	actions   []models.Action
	strikes   []models.LedgerEntry
	trail     []models.AuditEntry
	ledger    []models.Consent
	summary   models.Summary
	err       error // every call fails with it
	refused   error // of Search alone
	boom      bool  // every call panics
}

func (m *memory) enter() error {
	m.mu.Lock()
	if m.boom {
		m.mu.Unlock()
		panic("the words that were said")
	}
	return m.err
}

// line returns the line with a key; m is locked.
func (m *memory) line(k models.Key) (models.Utterance, bool) {
	if i, known := m.places[k]; known && i < len(m.lines) && m.lines[i].Key == k {
		return m.lines[i], true
	}
	m.places = make(map[models.Key]int, len(m.lines))
	for i := range m.lines {
		m.places[m.lines[i].Key] = i
	}
	i, known := m.places[k]
	if !known {
		return models.Utterance{}, false
	}
	return m.lines[i], true
}

func pick[T any](m *memory, from *[]T, want func(T) bool) ([]T, error) {
	err := m.enter()
	defer m.mu.Unlock()
	var out []T
	for _, x := range *from {
		if want(x) {
			out = append(out, x)
		}
	}
	return out, err
}

func (m *memory) roomOf(session string) string {
	for _, s := range m.sessions {
		if s.ID == session {
			return s.Room
		}
	}
	return ""
}

func (m *memory) Sessions(_ context.Context, q models.SessionQuery) ([]models.SessionInfo, error) {
	found, err := pick(m, &m.sessions, func(s models.Session) bool { return q.Only.Has(s.Room) })
	slices.SortFunc(found, func(a, b models.Session) int { return b.Started.Compare(a.Started) })
	var out []models.SessionInfo
	for _, ses := range found[:min(q.Limit, len(found))] {
		out = append(out, m.info(ses))
	}
	return out, err
}

func (m *memory) Session(_ context.Context, id string) (models.SessionInfo, error) {
	out, err := pick(m, &m.sessions, func(s models.Session) bool { return s.ID == id })
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("session %q: %w", id, models.ErrNotFound)
	}
	if err != nil {
		return models.SessionInfo{}, err
	}
	return m.info(out[0]), nil
}

func (m *memory) SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error) {
	info, err := m.Session(ctx, id)
	if err == nil && !only.Has(info.Room) {
		err = models.ErrNotFound
	}
	return info.Session, err
}

func (m *memory) info(ses models.Session) models.SessionInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	info := models.SessionInfo{Session: ses}
	for _, s := range m.speakers {
		if s.Session == ses.ID {
			info.Speakers = append(info.Speakers, models.SpeakerCounts{Speaker: s})
		}
	}
	for _, u := range m.lines {
		if u.Session == ses.ID && u.Text != "" {
			info.Utterances++
		}
	}
	for _, f := range m.flags {
		if f.Session == ses.ID {
			info.Flags++
			if f.Status == models.FlagOpen {
				info.OpenFlags++
			}
		}
	}
	return info
}

func (m *memory) Snapshot(ctx context.Context, q models.SnapshotQuery) (snap models.Snapshot, err error) {
	snap.Session, err = m.SessionIn(ctx, q.Session, q.Only)
	if err != nil {
		return snap, err
	}
	snap.Speakers, _ = m.Speakers(ctx, q.Session)
	snap.Flags, _ = m.Flags(ctx, q.Session)
	snap.Clips, _ = m.SessionEvidence(ctx, q.Session, q.Now)
	snap.Decisions, _ = m.Decisions(ctx, q.Session)
	snap.Actions, _ = m.Actions(ctx, q.Session)
	snap.Names, _ = m.Names(ctx, q.Session)
	if made, err := m.Summary(ctx, q.Session, ""); err == nil {
		recap := made
		recap.Kind = models.SummaryRecap
		snap.Summaries = append(snap.Summaries, made, recap)
		snap.Summaries[0].Kind = models.SummarySession
	}
	if q.Words {
		snap.Lines, _ = m.Utterances(ctx, q.Session)
		snap.Gaps, _ = m.Gaps(ctx, q.Session)
	}
	return snap, nil
}

func (m *memory) Speakers(_ context.Context, id string) ([]models.Speaker, error) {
	return pick(m, &m.speakers, func(s models.Speaker) bool { return s.Session == id })
}

func (m *memory) Utterances(_ context.Context, id string) ([]models.Utterance, error) {
	return pick(m, &m.lines, func(u models.Utterance) bool { return u.Session == id })
}

func (m *memory) Flags(_ context.Context, id string) ([]models.Flag, error) {
	return pick(m, &m.flags, func(f models.Flag) bool { return f.Session == id })
}

func (m *memory) FindFlags(ctx context.Context, q models.FlagQuery) (out []models.FlagPlace, err error) {
	found, err := pick(m, &m.flags, func(f models.Flag) bool {
		return q.Only.Has(m.roomOf(f.Session)) && (q.Status == "" || f.Status == q.Status) && (q.Rule == "" || f.Rule == q.Rule) &&
			(!q.Decided || !f.Decided.IsZero()) && (q.Room == "" || m.roomOf(f.Session) == q.Room)
	})
	for _, f := range found[:min(q.Limit, len(found))] {
		p, err := m.FlagPlace(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		p.Flag = f // all as they were at one moment
		out = append(out, p)
	}
	return out, err
}

func (m *memory) FlagPlace(ctx context.Context, id string) (p models.FlagPlace, err error) {
	flags, err := pick(m, &m.flags, func(f models.Flag) bool { return f.ID == id })
	if err != nil || len(flags) == 0 {
		return p, cmp.Or(err, models.ErrNotFound)
	}
	p.Flag = flags[0]
	sessions, _ := pick(m, &m.sessions, func(s models.Session) bool { return s.ID == p.Flag.Session })
	p.Utterance, _ = m.Utterance(ctx, p.Flag.Utterance)
	clips, _ := pick(m, &m.clips, func(e models.Evidence) bool { return e.Utterance == p.Flag.Utterance })
	p.Session = sessions[0]
	if len(clips) > 0 {
		p.Evidence = &clips[0]
	}
	decisions, _ := pick(m, &m.decisions, func(d models.Decision) bool { return d.Flag == id })
	if len(decisions) > 0 {
		p.Decision = &decisions[0]
		p.Actions, _ = pick(m, &m.actions, func(a models.Action) bool { return a.Decision == p.Decision.ID })
	}
	return p, nil
}

func (m *memory) SetFlagStatus(
	ctx context.Context, id string, status models.FlagStatus, by string, when time.Time,
) (models.Flag, error) {
	out, err := m.SetFlagStatuses(ctx, []string{id}, status, by, when)
	if len(out) == 0 {
		return models.Flag{}, err
	}
	return out[0], err
}

// SetFlagStatuses changes all flags or none, atomically, as in a database.
func (m *memory) SetFlagStatuses(
	_ context.Context, ids []string, status models.FlagStatus, by string, when time.Time,
) (out []models.Flag, err error) {
	err = m.enter()
	defer m.mu.Unlock()
	if err != nil {
		return nil, err
	}
	flags := slices.Clone(m.flags)
	for _, id := range ids {
		f := &flags[slices.IndexFunc(flags, func(f models.Flag) bool { return f.ID == id })]
		if err := decided(f, status, by, when); err != nil {
			return []models.Flag{*f}, err
		}
		out = append(out, *f)
	}
	m.flags = flags
	return out, nil
}

func decided(f *models.Flag, status models.FlagStatus, by string, when time.Time) error {
	switch {
	case !slices.Contains([]models.FlagStatus{models.FlagOpen, models.FlagConfirmed, models.FlagDismissed}, status):
		return models.ErrInvalid
	case f.Status == status:
		return nil
	case status != models.FlagOpen && f.Status != models.FlagOpen && f.Status != "":
		return models.ErrConflict
	}
	f.Status, f.DecidedBy, f.Decided = status, by, when
	if status == models.FlagOpen {
		f.DecidedBy, f.Decided = "", time.Time{}
	}
	return nil
}

func (m *memory) Tonight(_ context.Context, people []models.Identity, _ time.Time) (map[models.Identity]models.Tally, error) {
	out := map[models.Identity]models.Tally{}
	for _, p := range people {
		found, err := pick(m, &m.flags, func(f models.Flag) bool { return f.SpeakerID == p.SpeakerID })
		if err != nil {
			return nil, err
		}
		t := models.Tally{Flags: len(found)}
		for _, f := range found {
			if f.Status == models.FlagConfirmed {
				t.Confirmed++
			}
		}
		out[p] = t
	}
	return out, nil
}

func (m *memory) LinesAround(_ context.Context, lines []models.Key, before, after int) (map[models.Key][]models.Utterance, error) {
	out, said := map[models.Key][]models.Utterance{}, map[string][]models.Utterance{}
	for _, k := range lines {
		all, known := said[k.Session]
		if !known {
			var err error
			all, err = pick(m, &m.lines, func(u models.Utterance) bool {
				return u.Session == k.Session && (u.Text != "" || slices.Contains(lines, u.Key))
			})
			if err != nil {
				return nil, err
			}
			slices.SortStableFunc(all, func(a, b models.Utterance) int { return cmp.Compare(a.StartMS, b.StartMS) })
			said[k.Session] = all
		}
		if i := slices.IndexFunc(all, func(u models.Utterance) bool { return u.Key == k }); i >= 0 {
			out[k] = slices.Concat(all[max(0, i-before):i], all[i+1:min(len(all), i+1+after)])
		}
	}
	return out, nil
}

func (m *memory) OpenFlags(_ context.Context, only models.RoomSet) (int, error) {
	open, err := pick(m, &m.flags, func(f models.Flag) bool { return f.Status == models.FlagOpen && only.Has(m.roomOf(f.Session)) })
	return len(open), err
}

func (m *memory) Rules(_ context.Context, only models.RoomSet) ([]models.RuleCounts, error) {
	var out []models.RuleCounts
	flags, err := pick(m, &m.flags, func(f models.Flag) bool { return only.Has(m.roomOf(f.Session)) })
	for _, f := range flags {
		i := slices.IndexFunc(out, func(c models.RuleCounts) bool { return c.Rule == f.Rule })
		if i < 0 {
			i, out = len(out), append(out, models.RuleCounts{Rule: f.Rule, Pack: f.Pack, Title: f.Title, Level: f.Level})
		}
		out[i].Flags++
		switch f.Status {
		case models.FlagConfirmed:
			out[i].Confirmed++
		case models.FlagDismissed:
			out[i].Dismissed++
		default:
			out[i].Open++
		}
	}
	return out, err
}

func (m *memory) Evidence(_ context.Context, id string, _ time.Time) (models.Evidence, error) {
	found, err := pick(m, &m.clips, func(e models.Evidence) bool { return e.ID == id })
	if err != nil || len(found) == 0 {
		return models.Evidence{}, cmp.Or(err, models.ErrNotFound)
	}
	return found[0], nil
}

func (m *memory) SessionEvidence(_ context.Context, session string, _ time.Time) ([]models.Evidence, error) {
	return pick(m, &m.clips, func(e models.Evidence) bool { return e.Utterance.Session == session })
}

func (m *memory) Gaps(_ context.Context, id string) ([]models.Gap, error) {
	return pick(m, &m.gaps, func(g models.Gap) bool { return g.Session == id })
}

func (m *memory) Utterance(_ context.Context, k models.Key) (models.Utterance, error) {
	err := m.enter()
	defer m.mu.Unlock()
	u, known := m.line(k)
	if err == nil && !known {
		err = models.ErrNotFound
	}
	return u, err
}

func (m *memory) CorrectText(_ context.Context, k models.Key, text, by string, when time.Time) (models.Utterance, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.lines, func(u models.Utterance) bool { return u.Key == k })
	u := &m.lines[i]
	u.Original, u.Text, u.EditedBy, u.Edited = cmp.Or(u.Original, u.Text), text, by, when
	if u.Original == text {
		u.Original, u.EditedBy, u.Edited = "", "", time.Time{}
	}
	return *u, m.err
}

func (m *memory) RedactLine(_ context.Context, k models.Key, words []int, by string, _ time.Time) (models.Utterance, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.lines, func(u models.Utterance) bool { return u.Key == k })
	u := &m.lines[i]
	u.Words = slices.Clone(u.Words)
	for _, w := range words {
		said := strings.TrimSpace(u.Words[w].Text)
		bars := strings.Repeat("▮", len(said))
		u.Text, u.Words[w].Text = strings.Replace(u.Text, said, bars, 1), " "+bars
	}
	return *u, m.did("redact", by)
}

var start = time.Date(2026, 3, 1, 20, 14, 0, 0, time.UTC)

func conditionsOf(list ...models.Condition) func(context.Context, models.RoomSet) []models.Condition {
	return func(context.Context, models.RoomSet) []models.Condition { return list }
}
