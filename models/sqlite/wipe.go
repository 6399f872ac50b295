package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// SQLite's secure_delete overwrites deleted rows where they lie. When pages are balanced, though, rows move to
// neighbouring pages, and their old bytes stay behind in the unused space between a page's cell pointers and its cells;
// a later deletion does not know of these copies. wipeGaps overwrites that space in every page, directly in the file:
// no reader ever looks at it, so that neither a crash in the middle nor somebody reading along can be harmed. The format
// of the pages is section 1.6 of https://www.sqlite.org/fileformat2.html.

// B-tree page types.
const (
	interiorIndex = 2
	interiorTable = 5
	leafIndex     = 10
	leafTable     = 13
)

// wiper walks the b-trees of a database file and overwrites their gaps.
type wiper struct {
	file     *os.File
	pageSize int
	usable   int // pageSize without the reserved end
	pages    uint32
	seen     []bool // by page number
	zeros    []byte
}

// errLogInUse says that the file alone is not the whole database at the moment.
var errLogInUse = errors.New("the write-ahead log is in use")

// wipe empties the log and overwrites the gaps while nobody can write. errLogInUse: a reader holds the log, try again.
func (s *Store) wipe(ctx context.Context) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if done, err := checkpoint(ctx, conn); err != nil || !done {
		return errors.Join(err, errLogInUse)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = s.wipeFile(ctx, tx)
	if err := errors.Join(err, tx.Rollback()); err != nil {
		return err
	}
	// The writer still holds pages as they were; written again, they would bring the old bytes back.
	_, err = conn.ExecContext(ctx, "PRAGMA shrink_memory")
	return err
}

func (s *Store) wipeFile(ctx context.Context, tx *sql.Tx) error {
	if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() > 0 {
		return errLogInUse // another program wrote after our checkpoint
	}
	roots, err := list(ctx, tx, func(rows *sql.Rows) (n uint32, err error) {
		err = rows.Scan(&n)
		return n, err
	}, "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")
	if err != nil {
		return err
	}
	w, err := newWiper(s.file)
	if err != nil {
		return err
	}
	for _, root := range append(roots, 1) {
		if err := w.tree(ctx, root); err != nil {
			return err
		}
	}
	return s.file.Sync()
}

func newWiper(f *os.File) (*wiper, error) {
	var header [100]byte
	if _, err := f.ReadAt(header[:], 0); err != nil {
		return nil, fmt.Errorf("read database header: %w", err)
	}
	size := int(binary.BigEndian.Uint16(header[16:]))
	if size == 1 {
		size = 65536
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if size < 512 || size&(size-1) != 0 {
		return nil, fmt.Errorf("page size %d: %w", size, ErrCorrupt)
	}
	pages := uint32(info.Size() / int64(size))
	return &wiper{
		file: f, pageSize: size, usable: size - int(header[20]), pages: pages,
		seen: make([]bool, pages+1), zeros: make([]byte, size),
	}, nil
}

// tree wipes the pages of one b-tree.
func (w *wiper) tree(ctx context.Context, root uint32) error {
	page := make([]byte, w.pageSize)
	for todo := []uint32{root}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if err := ctx.Err(); err != nil {
			return err
		}
		if n == 0 || n > w.pages || w.seen[n] {
			return fmt.Errorf("b-tree page %d: %w", n, ErrCorrupt)
		}
		w.seen[n] = true
		offset := int64(n-1) * int64(w.pageSize)
		if _, err := w.file.ReadAt(page, offset); err != nil {
			return fmt.Errorf("read page %d: %w", n, err)
		}
		start, end, children, err := layout(page[:w.usable], n == 1)
		if err != nil {
			return fmt.Errorf("b-tree page %d: %w", n, err)
		}
		todo = append(todo, children...)
		if bytes.Equal(page[start:end], w.zeros[:end-start]) {
			continue
		}
		if _, err := w.file.WriteAt(w.zeros[:end-start], offset+int64(start)); err != nil {
			return fmt.Errorf("write page %d: %w", n, err)
		}
	}
	return nil
}

// layout finds the unused space page[start:end] between cell pointers and cells, and the page's children.
// first: the page begins with the database header.
func layout(page []byte, first bool) (start, end int, children []uint32, err error) {
	head := 0
	if first {
		head = 100
	}
	kind := page[head]
	cells := int(binary.BigEndian.Uint16(page[head+3:]))
	end = int(binary.BigEndian.Uint16(page[head+5:]))
	if end == 0 {
		end = 65536
	}
	pointers := head + 8
	interior := kind == interiorIndex || kind == interiorTable
	if interior {
		pointers = head + 12
	}
	start = pointers + 2*cells
	if !interior && kind != leafIndex && kind != leafTable || start > end || end > len(page) {
		return 0, 0, nil, ErrCorrupt
	}
	if !interior {
		return start, end, nil, nil
	}
	children = append(children, binary.BigEndian.Uint32(page[head+8:]))
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(page[pointers+2*i:]))
		if cell < end || cell+4 > len(page) {
			return 0, 0, nil, ErrCorrupt
		}
		children = append(children, binary.BigEndian.Uint32(page[cell:]))
	}
	return start, end, children, nil
}
