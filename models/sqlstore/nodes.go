package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// Beat records that a node is alive: see store.Nodes.
func (s *Store) Beat(ctx context.Context, n models.Node) (now time.Time, drain bool, err error) {
	const op = "note that a node lives"
	if err := checkID("node", n.ID); err != nil {
		return now, false, s.Explain(op, err)
	}
	info, err := json.Marshal(n.Info)
	if err != nil {
		return now, false, s.Explain(op, err)
	}
	var ms int64
	err = s.Update(ctx, op, func(tx Txn) error {
		return tx.QueryRowContext(ctx, `INSERT INTO nodes (id, name, version, started, seen, info)
			VALUES (?, ?, ?, `+tx.Clock()+", "+tx.Clock()+`, ?)
			ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, info = excluded.info, name = excluded.name
			RETURNING seen, drain`,
			n.ID, clean(n.Name), clean(n.Version), string(info)).Scan(&ms, &drain)
	})
	return at(ms), drain, err
}

// Nodes lists the processes that serve the store: see store.Nodes.
func (s *Store) Nodes(ctx context.Context) (nodes []models.Node, now time.Time, err error) {
	err = s.View(ctx, "list nodes", func(tx Txn) error {
		var ms int64
		if err := tx.QueryRowContext(ctx, "SELECT "+tx.Clock()).Scan(&ms); err != nil {
			return err
		}
		now = at(ms)
		nodes, err = sqldb.List(ctx, tx, scanNode, "SELECT "+nodeColumns+" FROM nodes ORDER BY name, started, id")
		return err
	})
	return nodes, now, err
}

const nodeColumns = "id, name, version, started, seen, info, drain"

func scanNode(rows *sql.Rows) (n models.Node, err error) {
	var started, seen int64
	var info []byte
	if err := rows.Scan(&n.ID, &n.Name, &n.Version, &started, &seen, &info, &n.Draining); err != nil {
		return n, err
	}
	if json.Unmarshal(info, &n.Info) != nil {
		return n, fmt.Errorf("info column: %w", store.ErrCorrupt)
	}
	n.Started, n.Seen = at(started), at(seen)
	return n, nil
}

// DrainNode asks a node to hand its rooms over: see store.Nodes.
func (s *Store) DrainNode(ctx context.Context, id string, on bool) error {
	return s.Update(ctx, "drain a node", func(tx Txn) error {
		n, err := changed(tx.ExecContext(ctx, "UPDATE nodes SET drain = ? WHERE id = ?", on, id))
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: no process has the id %q", models.ErrNotFound, id)
		}
		return err
	})
}

// LeaveNode removes a node that is shutting down: see store.Nodes.
func (s *Store) LeaveNode(ctx context.Context, id string) error {
	return s.Update(ctx, "remove a node", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM nodes WHERE id = ?", id)
		return err
	})
}

// SweepNodes removes nodes that have been silent for long: see store.Nodes.
func (s *Store) SweepNodes(ctx context.Context, silent time.Duration) error {
	return s.Update(ctx, "remove silent nodes", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM nodes WHERE seen < "+tx.Clock()+" - ?", silent.Milliseconds())
		return err
	})
}
