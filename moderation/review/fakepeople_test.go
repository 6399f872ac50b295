package review

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

func (m *memory) Person(_ context.Context, room, speaker string, only models.RoomSet) (p models.Person, err error) {
	seen, err := pick(m, &m.speakers, func(s models.Speaker) bool { return s.ID == speaker && only.Has(room) })
	if err != nil || len(seen) == 0 {
		return p, cmp.Or(err, models.ErrNotFound)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p = models.Person{
		ID: "p1", Name: cmp.Or(m.names[speaker], seen[0].Name), Given: m.names[speaker] != "",
		Identities: []models.Identity{{Room: room, SpeakerID: speaker, Name: seen[0].Name}}, Lines: 1,
	}
	p.Identities = append(p.Identities, m.merged...)
	for _, x := range seen {
		i := slices.IndexFunc(m.sessions, func(s models.Session) bool { return s.ID == x.Session })
		p.Sessions = append(p.Sessions, models.PersonSession{Session: m.sessions[i], SpeakerID: speaker, Lines: 1})
	}
	return p, nil
}

func (m *memory) Names(context.Context, string) (map[string]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.names, m.err
}

func (m *memory) Identities(_ context.Context, room string, _ int) (out []models.Identity, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.speakers {
		out = append(out, models.Identity{Room: room, SpeakerID: s.ID, Name: s.Name})
	}
	return out, m.err
}

func (m *memory) Strikes(_ context.Context, _, speaker string) ([]models.LedgerEntry, error) {
	return pick(m, &m.strikes, func(e models.LedgerEntry) bool { return e.Person == speaker })
}

func (m *memory) NamePerson(_ context.Context, _, speaker, name, by string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names = map[string]string{speaker: name}
	return m.did("name", by)
}

func (m *memory) MergePeople(_ context.Context, a, b models.Identity, by string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.merged = append(m.merged, b)
	return m.did("merge "+a.SpeakerID+" "+b.SpeakerID, by)
}

func (m *memory) SplitPerson(_ context.Context, _, speaker, by string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.did("part "+speaker, by)
}

func (m *memory) ErasePerson(_ context.Context, room, speaker, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.did("erase "+room+" "+speaker, by)
}

// did notes something in the trail; m is locked.
func (m *memory) did(what, by string) error {
	m.trail = append(m.trail, models.AuditEntry{What: what, By: by, At: start})
	return m.err
}

func (m *memory) Audit(context.Context, int) ([]models.AuditEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.trail), m.err
}

func (m *memory) Consents(context.Context, string, string, string, int) ([]models.Consent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.ledger), m.err
}

func (m *memory) Decisions(_ context.Context, id string) ([]models.Decision, error) {
	return pick(m, &m.decisions, func(d models.Decision) bool { return d.Session == id })
}

func (m *memory) Actions(_ context.Context, id string) ([]models.Action, error) {
	return pick(m, &m.actions, func(a models.Action) bool { return a.Session == id })
}

func (m *memory) Summary(context.Context, string, string) (models.Summary, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.summary.Headline == "" {
		return models.Summary{}, models.ErrNotFound
	}
	return m.summary, m.err
}

func (m *memory) Search(_ context.Context, q models.SearchQuery) (models.SearchPage, error) {
	lines, err := pick(m, &m.lines, func(u models.Utterance) bool {
		return q.Only.Has(m.roomOf(u.Session)) && strings.Contains(u.Text, q.Text)
	})
	var page models.SearchPage
	if m.refused != nil {
		return page, m.refused
	}
	if len(lines) > q.Limit {
		lines, page.Next = lines[:q.Limit], "n3xt"
	}
	for _, u := range lines {
		before, after, _ := strings.Cut(u.Text, q.Text)
		page.Hits = append(page.Hits, models.SearchHit{
			Room: u.Session, Utterance: u,
			Said:    start.Add(time.Duration(u.StartMS) * time.Millisecond),
			Snippet: []models.SnippetPart{{Text: before}, {Text: q.Text, Hit: true}, {Text: after}},
		})
	}
	return page, err
}
