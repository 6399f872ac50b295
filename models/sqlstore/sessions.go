package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

const sessionColumns = "id, room, name, url, started, ended, reason, epoch, model, rules, profile, moderate_only"

func scanSession(rows *sql.Rows) (s models.Session, err error) {
	var started int64
	var ended sql.NullInt64
	err = rows.Scan(&s.ID, &s.Room, &s.Name, &s.URL, &started, &ended, &s.Reason, &s.Epoch, &s.Model, &s.Rules, &s.Profile, &s.ModerateOnly)
	s.Started, s.Ended = at(started), atNull(ended)
	return s, err
}

// StartSession stores a new session with epoch 1, or continues one whose id is stored already: it keeps its start, takes everything else
// from s, is live again unless s has ended, and its epoch increases by one, so that no clip's key is used twice. A zero Started means now.
// It returns the session as stored.
func (s *Store) StartSession(ctx context.Context, session models.Session) (models.Session, error) {
	const op = "start session"
	if err := checkID("session", session.ID); err != nil {
		return models.Session{}, s.Explain(op, err)
	}
	if session.Started.IsZero() {
		session.Started = s.now()
	}
	if session.Live() {
		session.Reason = ""
	}
	var stored models.Session
	err := s.Update(ctx, op, func(tx Txn) (err error) {
		stored, err = sqldb.One(ctx, tx, scanSession, `
			INSERT INTO sessions (id, room, name, url, started, epoch, model, rules, profile, moderate_only, ended, reason)
			VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET room = excluded.room, name = excluded.name, url = excluded.url,
				model = excluded.model, rules = excluded.rules, profile = excluded.profile,
				moderate_only = CASE WHEN excluded.moderate_only = 1 THEN 1 ELSE sessions.moderate_only END,
				epoch = sessions.epoch + 1, ended = excluded.ended, reason = excluded.reason
			WHERE sessions.erasing = 0 RETURNING `+sessionColumns,
			session.ID, session.Room, clean(session.Name), session.URL, millis(session.Started), session.Model, session.Rules,
			session.Profile, session.ModerateOnly, nullMillis(session.Ended), session.Reason)
		return err
	})
	return stored, err
}

// EndSession records when and why a session ended. Ending it again changes nothing, unless it was imported in part until now. It returns
// models.ErrNotFound if there is no such session.
func (s *Store) EndSession(ctx context.Context, id string, reason models.EndReason, end time.Time) error {
	return s.Update(ctx, "end session", func(tx Txn) error {
		if err := alive(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE sessions SET ended = ?, reason = ? WHERE id = ? AND (ended IS NULL OR reason = ?)",
			millis(end), reason, id, models.EndPartial)
		return err
	})
}

// UnendedSessions lists the sessions that have not ended, the oldest first. When the program starts, these are the ones that a crash
// interrupted.
func (s *Store) UnendedSessions(ctx context.Context) ([]models.Session, error) {
	found, err := sqldb.List(ctx, s.read, scanSession,
		"SELECT "+sessionColumns+" FROM sessions WHERE ended IS NULL AND erasing = 0 ORDER BY started, id")
	return found, s.Explain("list unended sessions", err)
}

// PutSpeaker stores a person seen in a session, or a change: a name or role that is set replaces the old one, and the earliest FirstMS is
// kept.
func (s *Store) PutSpeaker(ctx context.Context, p models.Speaker) error {
	return s.Update(ctx, "store speaker", func(tx Txn) error {
		if err := alive(ctx, tx, p.Session); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO speakers (session, id, name, role, first_ms) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (session, id) DO UPDATE SET
				name = CASE excluded.name WHEN '' THEN speakers.name ELSE excluded.name END,
				role = CASE excluded.role WHEN '' THEN speakers.role ELSE excluded.role END,
				first_ms = CASE WHEN excluded.first_ms < speakers.first_ms THEN excluded.first_ms ELSE speakers.first_ms END`,
			p.Session, p.ID, clean(p.Name), p.Role, p.FirstMS)
		return err
	})
}

// Speakers lists everybody who was seen in a session, in the order in which they arrived.
func (s *Store) Speakers(ctx context.Context, session string) ([]models.Speaker, error) {
	found, err := speakersOf(ctx, s.read, session)
	return found, s.Explain("list speakers", err)
}

func speakersOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Speaker, error) {
	return sqldb.List(ctx, q, scanSpeaker,
		"SELECT session, id, name, role, first_ms FROM speakers WHERE session = ? ORDER BY first_ms, id", session)
}

func scanSpeaker(rows *sql.Rows) (p models.Speaker, err error) {
	err = rows.Scan(&p.Session, &p.ID, &p.Name, &p.Role, &p.FirstMS)
	return p, err
}

// Stored returns nil if a session is stored and is not being erased, and models.ErrNotFound otherwise.
func (s *Store) Stored(ctx context.Context, id string) error {
	var epoch int
	err := s.read.QueryRowContext(ctx, "SELECT epoch FROM sessions WHERE id = ? AND erasing = 0", id).Scan(&epoch)
	if s.fence != nil && s.fence.session == id {
		err = s.fence.check(epoch, err)
	}
	return s.fence.seen(s.Explain("find session", err))
}

// alive returns sql.ErrNoRows unless the session is stored and not being deleted. Everything that writes to a session calls it in its own
// transaction, so that nothing is added to a session that is being deleted.
func alive(ctx context.Context, tx Txn, session string) error {
	var one int
	return tx.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ? AND erasing = 0"+tx.Share(), session).Scan(&one)
}

// own is alive for a caller that reads the session's lines in order to change them: nobody else writes to it until the transaction ends.
func own(ctx context.Context, tx Txn, session string) error {
	var one int
	return tx.QueryRowContext(ctx, "SELECT 1 FROM sessions WHERE id = ? AND erasing = 0"+tx.Own(), session).Scan(&one)
}

// Rooms lists the rooms of the record by identity, each with its latest name and address.
func (s *Store) Rooms(ctx context.Context) ([]models.Room, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (r models.Room, err error) {
		err = rows.Scan(&r.ID, &r.Name, &r.URL)
		return r, err
	}, `SELECT room, name, url FROM (SELECT room, name, url, row_number() OVER (PARTITION BY room ORDER BY started DESC, id DESC) AS place
		FROM sessions WHERE erasing = 0) latest WHERE place = 1 ORDER BY room`)
	return found, s.Explain("list rooms", err)
}

// shortRoom returns the old name of a room, under which entries may still be stored whose sessions were deleted before rooms were
// identified by address. A room that is not an address is returned unchanged.
func shortRoom(room string) string {
	if a, err := models.ParseAddress(room); err == nil {
		return a.Short()
	}
	return room
}

// roomsCalled returns the rooms that a name means in an entry from before rooms were identified by address. An address means itself.
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

// Sessions lists sessions with their counts, the latest first.
func (s *Store) Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	before := int64(math.MaxInt64)
	if !q.Before.IsZero() {
		before = millis(q.Before)
	}
	return s.sessionInfos(ctx, "list sessions", "SELECT "+sessionColumns+` FROM sessions
		WHERE erasing = 0 AND (?1 = '' OR room = ?1) AND (?2 = 0 OR ended IS NULL) AND started < ?3
			AND `+Among("room", "?5")+` ORDER BY started DESC, id DESC LIMIT ?4`, q.Room, q.Live, before, min(q.Limit, 1000), RoomList(q.Only))
}

// Among is the condition that a column is one of the rooms in a parameter, a RoomList.
func Among(column, parameter string) string {
	return "(CAST(" + parameter + " AS text) IS NULL OR " + column + " IN (SELECT value FROM json_each(" + parameter + ")))"
}

// RoomList is the query parameter for a set of rooms: a JSON array, or NULL for all rooms.
func RoomList(only models.RoomSet) any {
	if only.All() {
		return nil
	}
	return idList(only.Rooms())
}

// idList is the query parameter for a list of ids: a JSON array.
func idList(ids []string) string {
	list, _ := json.Marshal(append([]string{}, ids...)) // of texts alone
	return string(list)
}

// Session returns a session with its counts, or models.ErrNotFound.
func (s *Store) Session(ctx context.Context, id string) (models.SessionInfo, error) {
	const op = "read session"
	found, err := s.sessionInfos(ctx, op, "SELECT "+sessionColumns+" FROM sessions WHERE id = ? AND erasing = 0", id)
	if err == nil && len(found) == 0 {
		err = s.Explain(op, sql.ErrNoRows)
	}
	if err != nil {
		return models.SessionInfo{}, err
	}
	return found[0], nil
}

func (s *Store) sessionInfos(ctx context.Context, op, query string, args ...any) ([]models.SessionInfo, error) {
	var infos []models.SessionInfo
	err := s.View(ctx, op, func(tx Txn) error {
		sessions, err := sqldb.List(ctx, tx, scanSession, query, args...)
		if err != nil || len(sessions) == 0 {
			return err
		}
		infos, err = count(ctx, tx, sessions)
		return err
	})
	return infos, err
}

// counter counts the rows of several sessions in a few grouped queries, however many sessions there are.
type counter struct {
	infos    []models.SessionInfo
	index    map[string]int    // session -> infos
	speakers map[[2]string]int // session, speaker -> place in that session's Speakers
	last     map[string]int64  // session -> end of the last thing stored, in ms
}

func count(ctx context.Context, tx Txn, sessions []models.Session) ([]models.SessionInfo, error) {
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
		{`SELECT session, speaker_id, count(*), sum(voiced_ms), count(*) FILTER (WHERE doubt <> ''), max(end_ms) FROM utterances
			WHERE text <> '' AND session IN (SELECT value FROM json_each(?)) GROUP BY session, speaker_id`, c.addTalk},
		{`SELECT session, speaker_id, count(*), count(*) FILTER (WHERE status = 'open') FROM flags
			WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session, speaker_id`, c.addFlags},
		{`SELECT session, count(*), sum(lost_ms), max(end_ms) FROM gaps
			WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session`, c.addGaps},
		{`SELECT session, count(*) FROM utterances
			WHERE state = 'failed' AND session IN (SELECT value FROM json_each(?)) GROUP BY session`, c.addFailed},
		{`SELECT session, count(*) FILTER (WHERE parked = 0), max(end_ms) FROM spool
			WHERE session IN (SELECT value FROM json_each(?)) GROUP BY session`, c.addPending},
	}
	for _, step := range steps {
		_, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, step.add(rows) }, step.query, string(in))
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

// person is nil for an id without a row, such as that of flags on the room as a whole.
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
