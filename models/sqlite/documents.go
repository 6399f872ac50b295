package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// scanDoc reads a row that is one JSON document.
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

// docs lists the JSON documents that a query finds: those that can be read, with models.ErrUnreadable when some cannot.
func docs[T any](ctx context.Context, q conn.Queryer, query string, args ...any) ([]T, error) {
	unreadable := 0
	found, err := conn.List(ctx, q, func(rows *sql.Rows) (*T, error) {
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

// document is a stored JSON document with its id; nil: it cannot be read.
type document[T any] struct {
	id    string
	value *T
}

// documents lists what a query for id and doc finds.
func documents[T any](ctx context.Context, q conn.Queryer, query string, args ...any) ([]document[T], error) {
	return conn.List(ctx, q, func(rows *sql.Rows) (d document[T], err error) {
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

// emptied is a document of which nothing is left: no version reads it as anything.
const emptied = "[]"

// putDocument stores a document anew in its table. Of one that cannot be read nothing is left, for nobody can say which words it
// quotes.
func putDocument[T any](ctx context.Context, tx txn, table string, d document[T]) error {
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
