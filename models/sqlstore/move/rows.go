package move

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// page is some rows of a table.
type page struct {
	columns []string
	values  [][]any // nil, int64, float64, string or []byte
}

// index is the place of a column.
func (p *page) index(column string) int { return slices.Index(p.columns, column) }

// lastKey is the key of the last row.
func (p *page) lastKey(t table) []any {
	last := p.values[len(p.values)-1]
	key := make([]any, len(t.key))
	for i, k := range t.key {
		key[i] = last[p.index(k)]
	}
	return key
}

// read reads the rows after a key, nil for the first ones, in the order of keys. It leaves out what a store derives (tokens).
func read(ctx context.Context, q querier, t table, after []any, limit int) (*page, error) {
	query := "SELECT * FROM " + t.name + t.condition()
	if after != nil {
		query += " AND (" + quoted(t.key) + ") > (" + parameters(len(t.key)) + ")"
		if t.where == "" {
			query = strings.Replace(query, " AND ", " WHERE ", 1)
		}
	}
	return pageOf(ctx, q, query+" ORDER BY "+quoted(t.key)+" LIMIT "+strconv.Itoa(limit), after...)
}

// lastKey is the key of a table's last row; nil if it has none.
func lastKey(ctx context.Context, q querier, t table) ([]any, error) {
	p, err := pageOf(ctx, q, "SELECT "+quoted(t.key)+" FROM "+t.name+t.condition()+" ORDER BY "+
		strings.ReplaceAll(quoted(t.key), ",", " DESC,")+" DESC LIMIT 1")
	if err != nil || len(p.values) == 0 {
		return nil, err
	}
	return p.lastKey(t), nil
}

func pageOf(ctx context.Context, q querier, query string, args ...any) (_ *page, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	all, err := rows.Columns()
	if err != nil {
		return nil, q.Plain(err)
	}
	p := &page{}
	for _, c := range all {
		if c != "tokens" {
			p.columns = append(p.columns, c)
		}
	}
	slots, refs := make([]any, len(all)), make([]any, len(all))
	for i := range slots {
		refs[i] = &slots[i]
	}
	for rows.Next() {
		if err := rows.Scan(refs...); err != nil {
			return nil, q.Plain(err)
		}
		row := make([]any, 0, len(p.columns))
		for i, c := range all {
			if c != "tokens" {
				row = append(row, slots[i])
			}
		}
		p.values = append(p.values, row)
	}
	return p, q.Plain(rows.Err())
}

// sum returns a hash of all rows in the order of their keys, and their number. Columns are taken in the order of their names.
func sum(ctx context.Context, q querier, t table, told func(rows int)) (digest [sha256.Size]byte, n int, err error) {
	h := sha256.New()
	var after []any
	for {
		p, err := read(ctx, q, t, after, batch)
		if err != nil {
			return digest, n, err
		}
		if len(p.values) == 0 {
			return [sha256.Size]byte(h.Sum(nil)), n, nil
		}
		columns := slices.Sorted(slices.Values(p.columns))
		for _, row := range p.values {
			for _, c := range columns {
				add(h, row[p.index(c)])
			}
		}
		after = p.lastKey(t)
		n += len(p.values)
		told(len(p.values))
	}
}

// add hashes a value with its length, alike for every driver: text as its bytes, a number as decimal digits.
func add(h hash.Hash, value any) {
	text := textOf(value)
	size := int64(len(text))
	if value == nil {
		size = -1
	}
	_ = binary.Write(h, binary.LittleEndian, size) // a hash takes everything
	h.Write([]byte(text))
}

// textOf is a value as text.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

// quoted are names of columns, with commas between them.
func quoted(columns []string) string { return `"` + strings.Join(columns, `", "`) + `"` }

// parameters are n of a statement, with commas between them.
func parameters(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
