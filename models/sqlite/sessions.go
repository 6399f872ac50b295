package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

const sessionColumns = "id, room, name, url, started, ended, reason, epoch, model, rules, profile, moderate_only"

func scanSession(rows *sql.Rows) (s models.Session, err error) {
	var started int64
	var ended sql.NullInt64
	err = rows.Scan(&s.ID, &s.Room, &s.Name, &s.URL, &started, &ended, &s.Reason, &s.Epoch, &s.Model, &s.Rules, &s.Profile, &s.ModerateOnly)
	s.Started, s.Ended = at(started), atNull(ended)
	return s, err
}

// StartSession stores a new session with epoch 1. When the id is stored already, the session goes on: it keeps its start,
// takes the rest from s, is live again, and its epoch rises by one, so that no clip's key is used twice. A zero Started
// means now. It returns the session as stored.
func (s *Store) StartSession(ctx context.Context, session models.Session) (models.Session, error) {
	const op = "start session"
	if err := checkID("session", session.ID); err != nil {
		return models.Session{}, storeError(op, err)
	}
	if session.Started.IsZero() {
		session.Started = s.now()
	}
	var stored models.Session
	err := s.update(ctx, op, func(tx txn) (err error) {
		stored, err = conn.One(ctx, tx, scanSession, `
			INSERT INTO sessions (id, room, name, url, started, epoch, model, rules, profile, moderate_only)
			VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET room = excluded.room, name = excluded.name, url = excluded.url,
				model = excluded.model, rules = excluded.rules, profile = excluded.profile,
				moderate_only = max(moderate_only, excluded.moderate_only), epoch = epoch + 1, ended = NULL, reason = ''
			WHERE erasing = 0 RETURNING `+sessionColumns,
			session.ID, session.Room, clean(session.Name), session.URL, millis(session.Started), session.Model, session.Rules,
			session.Profile, session.ModerateOnly)
		return err
	})
	return stored, err
}

// EndSession notes when and why a session ended. Ending it again changes nothing.
// models.ErrNotFound when it is not stored.
func (s *Store) EndSession(ctx context.Context, id string, reason models.EndReason, end time.Time) error {
	return s.update(ctx, "end session", func(tx txn) error {
		if err := alive(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE sessions SET ended = ?, reason = ? WHERE id = ? AND ended IS NULL",
			millis(end), reason, id)
		return err
	})
}

// UnendedSessions lists the sessions that nobody ended, the oldest first: after a start of the program these are the
// ones that a crash cut short.
func (s *Store) UnendedSessions(ctx context.Context) ([]models.Session, error) {
	found, err := conn.List(ctx, s.read, scanSession,
		"SELECT "+sessionColumns+" FROM sessions WHERE ended IS NULL AND erasing = 0 ORDER BY started, id")
	return found, storeError("list unended sessions", err)
}

// PutSpeaker stores a person seen in a session, or what changed: a name or role that is set replaces the old one, and
// the earliest FirstMS stays.
func (s *Store) PutSpeaker(ctx context.Context, p models.Speaker) error {
	return s.update(ctx, "store speaker", func(tx txn) error {
		if err := alive(ctx, tx, p.Session); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO speakers (session, id, name, role, first_ms) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (session, id) DO UPDATE SET
				name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END,
				role = CASE excluded.role WHEN '' THEN role ELSE excluded.role END,
				first_ms = min(first_ms, excluded.first_ms)`,
			p.Session, p.ID, clean(p.Name), p.Role, p.FirstMS)
		return err
	})
}

// Speakers lists everybody who was seen in a session, in the order they came.
func (s *Store) Speakers(ctx context.Context, session string) ([]models.Speaker, error) {
	found, err := speakersOf(ctx, s.read, session)
	return found, storeError("list speakers", err)
}

func speakersOf(ctx context.Context, q conn.Queryer, session string) ([]models.Speaker, error) {
	return conn.List(ctx, q, scanSpeaker,
		"SELECT session, id, name, role, first_ms FROM speakers WHERE session = ? ORDER BY first_ms, id", session)
}

func scanSpeaker(rows *sql.Rows) (p models.Speaker, err error) {
	err = rows.Scan(&p.Session, &p.ID, &p.Name, &p.Role, &p.FirstMS)
	return p, err
}

// Stored is nil while a session is stored and nobody erases it, else models.ErrNotFound.
func (s *Store) Stored(ctx context.Context, id string) error {
	var one int
	return storeError("find session", s.read.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ? AND erasing = 0", id).Scan(&one))
}

// alive is sql.ErrNoRows unless the session is stored and not being deleted. Everything that writes into a session asks
// it in its own transaction, so that nothing is added behind a deletion's back.
func alive(ctx context.Context, tx txn, session string) error {
	var one int
	return tx.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ? AND erasing = 0", session).Scan(&one)
}

// Rooms lists the rooms of the record, each with its newest name and address, by identity.
func (s *Store) Rooms(ctx context.Context) ([]models.Room, error) {
	found, err := conn.List(ctx, s.read, func(rows *sql.Rows) (r models.Room, err error) {
		var newest int64
		err = rows.Scan(&r.ID, &r.Name, &r.URL, &newest)
		return r, err
	}, "SELECT room, name, url, max(started) FROM sessions WHERE erasing = 0 GROUP BY room ORDER BY room")
	return found, storeError("list rooms", err)
}

// shortRoom is the old name of a room, under which wishes may still be stored whose sessions were gone before addresses
// came; what is no address is its own.
func shortRoom(room string) string {
	if a, err := models.ParseAddress(room); err == nil {
		return a.Short()
	}
	return room
}

// roomsCalled are the rooms that a name means in an entry from before addresses came; an address means itself.
func (s *Store) roomsCalled(ctx context.Context, name string) ([]string, error) {
	rooms, err := s.Rooms(ctx)
	out := []string{name}
	for _, r := range rooms {
		if r.ID != name && shortRoom(r.ID) == name {
			out = append(out, r.ID)
		}
	}
	return out, err
}

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
	err := s.view(ctx, op, func(tx txn) error {
		sessions, err := conn.List(ctx, tx, scanSession, query, args...)
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

func count(ctx context.Context, tx txn, sessions []models.Session) ([]models.SessionInfo, error) {
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
		_, err := conn.List(ctx, tx, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, step.add(rows) }, step.query, string(in))
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
