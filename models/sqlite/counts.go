package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"

	"earshot/models"
)

// Sessions lists sessions with their counts, the newest first.
func (s *Store) Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	before := int64(math.MaxInt64)
	if !q.Before.IsZero() {
		before = millis(q.Before)
	}
	return s.sessionInfos(ctx, "list sessions", "SELECT "+sessionColumns+` FROM sessions
		WHERE erasing = 0 AND (?1 = '' OR room = ?1) AND (NOT ?2 OR ended IS NULL) AND started < ?3
			AND `+among("room", "?5")+` ORDER BY started DESC, id DESC LIMIT ?4`, q.Room, q.Live, before, min(q.Limit, 1000), roomList(q.Only))
}

// among is the condition that a column is one of a parameter's rooms, as roomList gives them.
func among(column, parameter string) string {
	return "(" + parameter + " IS NULL OR " + column + " IN (SELECT value FROM json_each(" + parameter + ")))"
}

// roomList is a set of rooms as a parameter of a query: a JSON list, or NULL for all.
func roomList(only models.RoomSet) any {
	if only.All() {
		return nil
	}
	list, _ := json.Marshal(append([]string{}, only.Rooms()...)) // of texts alone
	return string(list)
}

// Session reads one session with its counts. models.ErrNotFound when it is not stored.
func (s *Store) Session(ctx context.Context, id string) (models.SessionInfo, error) {
	const op = "read session"
	found, err := s.sessionInfos(ctx, op, "SELECT "+sessionColumns+" FROM sessions WHERE id = ? AND erasing = 0", id)
	if err == nil && len(found) == 0 {
		err = storeError(op, sql.ErrNoRows)
	}
	if err != nil {
		return models.SessionInfo{}, err
	}
	return found[0], nil
}

func (s *Store) sessionInfos(ctx context.Context, op, query string, args ...any) ([]models.SessionInfo, error) {
	var infos []models.SessionInfo
	err := s.view(ctx, op, func(tx *sql.Tx) error {
		sessions, err := list(ctx, tx, scanSession, query, args...)
		if err != nil || len(sessions) == 0 {
			return err
		}
		infos, err = count(ctx, tx, sessions)
		return err
	})
	return infos, err
}

// counter adds up the rows of several sessions in a few grouped queries, however many sessions there are.
type counter struct {
	infos    []models.SessionInfo
	index    map[string]int    // session -> infos
	speakers map[[2]string]int // session, speaker -> place in that session's Speakers
	last     map[string]int64  // session -> end of the last thing stored, in ms
}

func count(ctx context.Context, tx *sql.Tx, sessions []models.Session) ([]models.SessionInfo, error) {
	c := counter{index: map[string]int{}, speakers: map[[2]string]int{}, last: map[string]int64{}}
	ids := make([]string, len(sessions))
	for i, s := range sessions {
		ids[i] = s.ID
		c.index[s.ID] = i
		c.infos = append(c.infos, models.SessionInfo{Session: s})
	}
	in, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	steps := []struct {
		query string
		add   func(*sql.Rows) error
	}{
		{"SELECT session, id, name, role, first_ms FROM speakers WHERE session IN (SELECT value FROM json_each(?))", c.addSpeaker},
		{`SELECT session, speaker_id, count(*), sum(voiced_ms), sum(doubt <> ''), max(end_ms) FROM utterances
			WHERE text <> '' AND session IN (SELECT value FROM json_each(?)) GROUP BY session, speaker_id`, c.addTalk},
		{`SELECT session, speaker_id, count(*), sum(status = 'open') FROM flags
			WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session, speaker_id`, c.addFlags},
		{`SELECT session, count(*), sum(lost_ms), max(end_ms) FROM gaps
			WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session`, c.addGaps},
		{`SELECT session, count(*) FROM utterances
			WHERE state = 'failed' AND session IN (SELECT value FROM json_each(?)) GROUP BY session`, c.addFailed},
		{`SELECT session, sum(parked = 0), max(end_ms) FROM spool
			WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session`, c.addPending},
	}
	for _, step := range steps {
		_, err := list(ctx, tx, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, step.add(rows) }, step.query, string(in))
		if err != nil {
			return nil, err
		}
	}
	c.finish()
	return c.infos, nil
}

func (c *counter) info(session string) *models.SessionInfo { return &c.infos[c.index[session]] }

func (c *counter) addSpeaker(rows *sql.Rows) error {
	p, err := scanSpeaker(rows)
	if err != nil {
		return err
	}
	info := c.info(p.Session)
	c.speakers[[2]string{p.Session, p.ID}] = len(info.Speakers)
	info.Speakers = append(info.Speakers, models.SpeakerCounts{Speaker: p})
	return nil
}

// person is nil for an id without a row, which flags of the room as a whole have.
func (c *counter) person(session, id string) *models.SpeakerCounts {
	i, ok := c.speakers[[2]string{session, id}]
	if !ok {
		return nil
	}
	return &c.info(session).Speakers[i]
}

func (c *counter) addTalk(rows *sql.Rows) error {
	var session, speaker string
	var lines, doubtful int
	var talk, last int64
	if err := rows.Scan(&session, &speaker, &lines, &talk, &doubtful, &last); err != nil {
		return err
	}
	info := c.info(session)
	info.Utterances += lines
	info.Doubtful += doubtful
	info.TalkMS += talk
	c.last[session] = max(c.last[session], last)
	if p := c.person(session, speaker); p != nil {
		p.Utterances, p.TalkMS = lines, talk
	}
	return nil
}

func (c *counter) addFlags(rows *sql.Rows) error {
	var session, speaker string
	var flags, open int
	if err := rows.Scan(&session, &speaker, &flags, &open); err != nil {
		return err
	}
	info := c.info(session)
	info.Flags += flags
	info.OpenFlags += open
	if p := c.person(session, speaker); p != nil {
		p.Flags = flags
	}
	return nil
}

func (c *counter) addGaps(rows *sql.Rows) error {
	var session string
	var gaps int
	var lost, last int64
	if err := rows.Scan(&session, &gaps, &lost, &last); err != nil {
		return err
	}
	info := c.info(session)
	info.Gaps, info.LostMS = gaps, lost
	c.last[session] = max(c.last[session], last)
	return nil
}

func (c *counter) addFailed(rows *sql.Rows) error {
	var session string
	var n int
	err := rows.Scan(&session, &n)
	if err == nil {
		c.info(session).Failed = n
	}
	return err
}

func (c *counter) addPending(rows *sql.Rows) error {
	var session string
	var n int
	var last int64
	if err := rows.Scan(&session, &n, &last); err != nil {
		return err
	}
	c.info(session).Pending = n
	c.last[session] = max(c.last[session], last)
	return nil
}

func (c *counter) finish() {
	for i := range c.infos {
		info := &c.infos[i]
		info.DurationMS = c.last[info.ID]
		if !info.Live() {
			info.DurationMS = info.Ended.Sub(info.Started).Milliseconds()
		}
		slices.SortStableFunc(info.Speakers, func(a, b models.SpeakerCounts) int {
			return cmp.Or(cmp.Compare(b.TalkMS, a.TalkMS), cmp.Compare(a.FirstMS, b.FirstMS), cmp.Compare(a.ID, b.ID))
		})
	}
}
