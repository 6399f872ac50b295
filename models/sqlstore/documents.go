package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// scanDoc scans a row that consists of one JSON document.
func scanDoc[T any](rows *sql.Rows) (v T, err error) {
	var doc []byte
	if err := rows.Scan(&doc); err != nil {
		return v, err
	}
	if json.Unmarshal(doc, &v) != nil { // whose error may quote it
		return v, models.ErrUnreadable
	}
	return v, nil
}

// docs returns the JSON documents that a query finds. If some cannot be read, it returns the others together with models.ErrUnreadable.
func docs[T any](ctx context.Context, q sqldb.Queryer, query string, args ...any) ([]T, error) {
	unreadable := 0
	found, err := sqldb.List(ctx, q, func(rows *sql.Rows) (*T, error) {
		v, err := scanDoc[T](rows)
		if errors.Is(err, models.ErrUnreadable) {
			unreadable++
			return nil, nil
		}
		return &v, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	var out []T
	for _, v := range found {
		if v != nil {
			out = append(out, *v)
		}
	}
	if unreadable > 0 {
		err = fmt.Errorf("%d of %d: %w", unreadable, len(found), models.ErrUnreadable)
	}
	return out, err
}

// document is a stored JSON document with its id. It is nil if it cannot be read.
type document[T any] struct {
	id    string
	value *T
}

// documents returns the results of a query for id and doc.
func documents[T any](ctx context.Context, q sqldb.Queryer, query string, args ...any) ([]document[T], error) {
	return sqldb.List(ctx, q, func(rows *sql.Rows) (d document[T], err error) {
		var doc []byte
		if err := rows.Scan(&d.id, &doc); err != nil {
			return d, err
		}
		var v T
		if json.Unmarshal(doc, &v) == nil {
			d.value = &v
		}
		return d, nil
	}, query, args...)
}

// emptied replaces a document that had to be emptied. No version can read it.
const emptied = "[]"

// putDocument replaces a document in its table. One that cannot be read is emptied, since nobody can tell which words it quotes.
func putDocument[T any](ctx context.Context, tx Txn, table string, d document[T]) error {
	doc := []byte(emptied)
	if d.value != nil {
		var err error
		if doc, err = json.Marshal(d.value); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE "+table+" SET doc = ? WHERE id = ?", string(doc), d.id)
	return err
}
