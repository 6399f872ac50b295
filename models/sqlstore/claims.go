package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// oldAfter is how long the text of a clip must be overdue for its speech to count as old.
const oldAfter = 28 * time.Second

// ofClip is for queries whose first parameters are a clip's key.
const ofClip = " WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4"

// free is the condition under which node ?1 may, at time ?2, claim a clip that another node heard.
const free = "parked = 0 AND result = '' AND lease <= ?2 AND home <> ?1 AND offered <= ?2"

// classes are the kinds of clips that can be claimed, in the order in which they are tried: late ones in turn, those that are not late by
// deadline, and old ones, whose text was due by ?3, in turn. With old, the old ones come first.
func classes(old bool) []string {
	late, early, long := "due > ?3 AND due <= ?2 ORDER BY turn", "due > ?2 AND due > ?3 ORDER BY due", "due <= ?3 AND due <= ?2 ORDER BY turn"
	if old {
		return []string{long, late, early}
	}
	return []string{late, early, long}
}

// ClaimClips claims clips that nobody decodes: see store.Claims.
func (s *Store) ClaimClips(ctx context.Context, c models.ClipClaim) (clips []models.Clip, err error) {
	const op = "claim clips"
	var now int64
	waits := false // mostly nothing does, and a look costs less than a transaction
	err = s.read.QueryRowContext(ctx, "SELECT now, EXISTS (SELECT 1 FROM spool WHERE parked = 0 AND result = '' AND lease <= now"+
		" AND home <> ?1 AND offered <= now) FROM (SELECT "+s.read.Clock()+" AS now) AS clock", c.Node).Scan(&now, &waits)
	if err != nil || !waits || c.Most <= 0 {
		return nil, s.Explain(op, err)
	}
	err = s.Update(ctx, op, func(tx Txn) error {
		clips = nil
		for _, class := range classes(c.Old) {
			more, err := claim(ctx, tx, c, now, class, c.Most-len(clips))
			if clips = append(clips, more...); err != nil || len(clips) >= c.Most {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return clips, nil
}

// claim claims clips of one class. Only the first clip of a track that awaits its text can be claimed.
func claim(ctx context.Context, tx Txn, c models.ClipClaim, now int64, class string, most int) ([]models.Clip, error) {
	return sqldb.List(ctx, tx, scanClip, `WITH picked AS MATERIALIZED (SELECT id FROM spool WHERE `+free+`
			AND NOT EXISTS (SELECT 1 FROM spool e WHERE e.session = spool.session AND e.epoch = spool.epoch AND e.track = spool.track
				AND e.seq < spool.seq AND e.parked = 0 AND e.result = '')
			AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1)
			AND `+class+" LIMIT ?4"+tx.Skip()+`)
		UPDATE spool SET holder = ?1, lease = ?5 + `+tx.Clock()+" WHERE id IN (SELECT id FROM picked) RETURNING "+clipColumns,
		c.Node, now, now-oldAfter.Milliseconds(), most, c.Lease.Milliseconds())
}

// ClaimClip claims one clip and counts an attempt to decode it: see store.Claims.
func (s *Store) ClaimClip(ctx context.Context, k models.Key, node string, lease time.Duration) (attempts int, err error) {
	err = s.Update(ctx, "claim clip", func(tx Txn) error {
		err := tx.QueryRowContext(ctx, `UPDATE spool SET attempts = attempts + 1, holder = ?5, lease = ?6 + `+tx.Clock()+ofClip+`
			AND parked = 0 AND result = '' AND (holder = ?5 OR lease <= `+tx.Clock()+") RETURNING attempts",
			k.Session, k.Epoch, k.Track, k.Seq, node, lease.Milliseconds()).Scan(&attempts)
		return elsewhere(ctx, tx, k, err)
	})
	return attempts, err
}

// errElsewhere means that another node decodes a clip, or has done so.
var errElsewhere = fmt.Errorf("another node decodes this clip, or has done so: %w", models.ErrConflict)

// elsewhere distinguishes a clip that the caller has not claimed from one that does not exist.
func elsewhere(ctx context.Context, tx Txn, k models.Key, err error) error {
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	there := 0
	row := tx.QueryRowContext(ctx, "SELECT 1 FROM spool"+ofClip+" AND parked = 0", k.Session, k.Epoch, k.Track, k.Seq)
	if err := row.Scan(&there); err != nil {
		return err
	}
	return errElsewhere
}

// RenewClips renews a node's claims: see store.Claims.
func (s *Store) RenewClips(ctx context.Context, node string, lease time.Duration, keys []models.Key) error {
	return s.eachClaim(ctx, "renew claims of clips", node, keys, func(tx Txn) string { return tx.Clock() + " + ?6" }, lease.Milliseconds())
}

// ReleaseClips gives up claims: see store.Claims.
func (s *Store) ReleaseClips(ctx context.Context, node string, keys []models.Key) error {
	return s.eachClaim(ctx, "release clips", node, keys, func(Txn) string { return "?6" }, 0)
}

// eachClaim sets the lease of claims that a node holds.
func (s *Store) eachClaim(ctx context.Context, op, node string, keys []models.Key, lease func(Txn) string, ms int64) error {
	if len(keys) == 0 {
		return nil
	}
	return s.Update(ctx, op, func(tx Txn) error {
		for _, k := range keys {
			_, err := tx.ExecContext(ctx, "UPDATE spool SET lease = CAST("+lease(tx)+" AS bigint)"+ofClip+" AND holder = ?5 AND result = ''",
				k.Session, k.Epoch, k.Track, k.Seq, node, ms)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// result is a line that waits for its home node to store it, with the fields that a stored line does not have.
type result struct {
	models.Utterance
	Heard map[string]float64 `json:"heard,omitempty"`
}

// PutResult stores the line that a node made of a clip: see store.Claims.
func (s *Store) PutResult(ctx context.Context, node string, u models.Utterance) error {
	const op = "store a result"
	doc, err := json.Marshal(result{u, u.Heard})
	if err != nil {
		return s.Explain(op, fmt.Errorf("a line cannot be written as JSON: %w", models.ErrInvalid))
	}
	return s.Update(ctx, op, func(tx Txn) error {
		n, err := changed(tx.ExecContext(ctx, "UPDATE spool SET result = ?6, holder = '', lease = 0"+ofClip+
			" AND holder = ?5 AND parked = 0 AND result = ''", u.Session, u.Epoch, u.Track, u.Seq, node, string(doc)))
		if err == nil && n == 0 {
			err = elsewhere(ctx, tx, u.Key, sql.ErrNoRows)
		}
		return err
	})
}

// Results lists the lines that others made for a node to store: see store.Claims.
func (s *Store) Results(ctx context.Context, home string) ([]models.Utterance, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (r result, err error) {
		var doc []byte
		var spoken sql.NullInt64
		if err := rows.Scan(&doc, &spoken); err != nil {
			return r, err
		}
		if json.Unmarshal(doc, &r) != nil { // the error could quote what was said
			return r, fmt.Errorf("result column: %w", store.ErrCorrupt)
		}
		r.Spoken = atNull(spoken)
		return r, nil
	}, "SELECT result, spoken FROM spool WHERE home = ? AND parked = 0 AND result <> '' AND session NOT IN "+
		"(SELECT id FROM sessions WHERE erasing = 1) ORDER BY session, epoch, track, seq", home)
	if err != nil {
		return nil, s.Explain("list results", err)
	}
	var out []models.Utterance
	for _, r := range found {
		r.Utterance.Heard = r.Heard
		out = append(out, r.Utterance)
	}
	return out, nil
}

// AdoptClips makes a node home to clips whose home is gone: see store.Claims.
func (s *Store) AdoptClips(ctx context.Context, home, session string, silent time.Duration) (keys []models.Key, err error) {
	err = s.Update(ctx, "adopt clips", func(tx Txn) (err error) {
		if _, err := tx.ExecContext(ctx, `UPDATE spool SET lease = 0 WHERE parked = 0 AND result = '' AND lease > `+tx.Clock()+`
			AND holder NOT IN (SELECT id FROM nodes WHERE seen > CAST(?1 AS bigint) + `+tx.Clock()+")", -silent.Milliseconds()); err != nil {
			return err
		}
		keys, err = sqldb.List(ctx, tx, scanKey, `UPDATE spool SET home = ?1 WHERE parked = 0 AND home <> ?1
			AND home NOT IN (SELECT id FROM nodes WHERE seen > CAST(?3 AS bigint) + `+tx.Clock()+`)
			AND session IN (SELECT id FROM sessions WHERE erasing = 0 AND (id = ?2 OR ?2 = '' AND ended IS NOT NULL))
			RETURNING session, epoch, track, seq`, home, session, -silent.Milliseconds())
		return err
	})
	slices.SortFunc(keys, func(a, b models.Key) int {
		return cmp.Or(cmp.Compare(a.Session, b.Session), a.Epoch-b.Epoch, cmp.Compare(a.Track, b.Track), a.Seq-b.Seq)
	})
	return keys, err
}

// Backlog measures what waits to be decoded: see store.Claims.
func (s *Store) Backlog(ctx context.Context) (b models.Backlog, err error) {
	var waited int64
	err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(end_ms - start_ms), 0),
			coalesce(max(now - due) FILTER (WHERE due > now - ?), 0)
		FROM spool, (SELECT `+s.read.Clock()+` AS now) AS clock WHERE parked = 0 AND result = '' AND lease <= now AND offered <= now`,
		oldAfter.Milliseconds()).Scan(&b.Clips, &b.AudioMS, &waited)
	b.Waited = max(0, time.Duration(waited)*time.Millisecond+models.DecodeWithin)
	if b.Clips == 0 {
		b.Waited = 0
	}
	if err == nil {
		b.Slots, err = s.slots(ctx)
	}
	return b, s.Explain("measure the backlog", err)
}

// aliveFor is how long a silent node still counts as alive, in ms.
const aliveFor = 5000

// slots is how many clips all nodes together can decode at once.
func (s *Store) slots(ctx context.Context) (n int, err error) {
	nodes, err := sqldb.List(ctx, s.read, scanNode,
		"SELECT "+nodeColumns+" FROM nodes WHERE seen > "+s.read.Clock()+" - ?", aliveFor)
	for _, node := range nodes {
		n += node.Info.Slots
	}
	return n, err
}

// TakeWork makes work a node's: see store.Work.
func (s *Store) TakeWork(ctx context.Context, name, node string, lease time.Duration) (ours bool, err error) {
	err = s.Update(ctx, "take work", func(tx Txn) error {
		n, err := changed(tx.ExecContext(ctx, "INSERT INTO work (name, node, lease) VALUES (?1, ?2, CAST(?3 AS bigint) + "+tx.Clock()+`)
			ON CONFLICT (name) DO UPDATE SET node = excluded.node, lease = excluded.lease
			WHERE work.node = excluded.node OR work.lease <= `+tx.Clock(), name, node, lease.Milliseconds()))
		ours = n > 0
		return err
	})
	return ours && err == nil, err
}

// LeaveWork ends a node's lease: see store.Work.
func (s *Store) LeaveWork(ctx context.Context, name, node string) error {
	return s.Update(ctx, "leave work", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM work WHERE name = ? AND node = ?", name, node)
		return err
	})
}
