package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"earshot/models/store"
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

// wiper overwrites the gaps of the b-tree pages of a database file.
type wiper struct {
	file     *os.File
	pageSize int
	usable   int // pageSize without the reserved end
	pages    uint32
	mapped   bool // the file says itself which pages are b-tree pages: it has pointer maps
	zeros    []byte
	page     []byte
	mapOf    uint32 // which pointer map is in ptrs; 0: none
	ptrs     []byte
}

// errLogInUse says that the file alone is not the whole database at the moment.
var errLogInUse = errors.New("the write-ahead log is in use")

// wipePages is how many pages are wiped while writers wait, which takes some milliseconds.
const wipePages = 1024

// wipe overwrites the gaps of all pages, a few at a time: nobody can write meanwhile. Pages that are written between two
// steps bring no old bytes to those that are done: SQLite moves the content of pages, never their gaps, but when it
// moves whole pages to make the file shorter, which nobody asks for. errLogInUse: a reader holds the log until ctx ended.
func (s *Store) wipe(ctx context.Context) error {
	pause := scrubPause
	for from := uint32(1); from > 0; {
		next, err := s.wipeStep(ctx, from)
		if err != nil && !errors.Is(err, errLogInUse) {
			return err
		}
		if err == nil {
			from, pause = next, scrubPause
			continue
		}
		select {
		case <-ctx.Done():
			return errors.Join(errLogInUse, ctx.Err())
		case <-time.After(pause):
			pause = min(2*pause, longScrubPause)
		}
	}
	return s.file.Sync()
}

// wipeStep wipes the pages from one on, with the log empty, and returns where to go on; 0: it was the last.
func (s *Store) wipeStep(ctx context.Context, from uint32) (next uint32, err error) {
	if err := s.foldLog(ctx); err != nil { // most of it, while others can write
		return 0, err
	}
	if done, err := checkpoint(ctx, s.upkeep); err != nil || !done { // before anybody is made to wait
		return 0, errors.Join(err, errLogInUse)
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	if done, err := checkpoint(ctx, s.upkeep); err != nil || !done {
		return 0, errors.Join(err, errLogInUse)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() > 0 {
		return 0, errors.Join(errLogInUse, tx.Rollback()) // another program wrote after our checkpoint
	}
	next, err = s.wipeFile(ctx, tx, from)
	if err := errors.Join(err, tx.Rollback()); err != nil {
		return 0, err
	}
	// The writer still holds pages as they were; written again, they would bring the old bytes back.
	_, err = conn.ExecContext(ctx, "PRAGMA shrink_memory")
	return next, err
}

// wipeFile wipes some pages from one on, or all when the file has no pointer maps.
func (s *Store) wipeFile(ctx context.Context, tx *sql.Tx, from uint32) (next uint32, err error) {
	w, err := newWiper(s.file)
	if err != nil {
		return 0, err
	}
	if w.mapped {
		return w.stretch(ctx, from)
	}
	roots, err := list(ctx, tx, func(rows *sql.Rows) (n uint32, err error) {
		err = rows.Scan(&n)
		return n, err
	}, "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")
	if err != nil {
		return 0, err
	}
	seen := make([]bool, w.pages+1)
	for _, root := range append(roots, 1) {
		if err := w.tree(ctx, root, seen); err != nil {
			return 0, err
		}
	}
	return 0, nil
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
		return nil, fmt.Errorf("page size %d: %w", size, store.ErrCorrupt)
	}
	return &wiper{
		file: f, pageSize: size, usable: size - int(header[20]), pages: uint32(info.Size() / int64(size)),
		mapped: binary.BigEndian.Uint32(header[52:]) > 0,
		zeros:  make([]byte, size), page: make([]byte, size), ptrs: make([]byte, size),
	}, nil
}

// stretch wipes some pages from one on and returns which comes next; 0: there is none.
func (w *wiper) stretch(ctx context.Context, from uint32) (next uint32, err error) {
	for n := from; n <= w.pages; n++ {
		if n == from+wipePages {
			return n, nil
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		tree, err := w.isTree(n)
		if err != nil {
			return 0, err
		}
		if !tree {
			continue
		}
		if _, err := w.wipePage(n); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// isTree asks the pointer map what a page is (section 1.8 of the format: 1 is a root, 5 another b-tree page). Of the first
// page, of the maps themselves and of the page with the lock bytes it says nothing.
func (w *wiper) isTree(n uint32) (bool, error) {
	if n == 1 {
		return true, nil
	}
	lock := uint32(0x40000000/w.pageSize) + 1
	each := uint32(w.usable/5) + 1
	at := (n-2)/each*each + 2
	if at == lock {
		at++
	}
	if n <= at || n == lock {
		return false, nil
	}
	if at != w.mapOf {
		if _, err := w.file.ReadAt(w.ptrs, int64(at-1)*int64(w.pageSize)); err != nil {
			return false, fmt.Errorf("read pointer map %d: %w", at, err)
		}
		w.mapOf = at
	}
	kind := w.ptrs[5*(n-at-1)]
	return kind == 1 || kind == 5, nil
}

// tree wipes the pages of one b-tree.
func (w *wiper) tree(ctx context.Context, root uint32, seen []bool) error {
	for todo := []uint32{root}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if err := ctx.Err(); err != nil {
			return err
		}
		if n == 0 || n > w.pages || seen[n] {
			return fmt.Errorf("b-tree page %d: %w", n, store.ErrCorrupt)
		}
		seen[n] = true
		children, err := w.wipePage(n)
		if err != nil {
			return err
		}
		todo = append(todo, children...)
	}
	return nil
}

// wipePage overwrites the gap of a b-tree page, and gives the page's children.
func (w *wiper) wipePage(n uint32) (children []uint32, err error) {
	offset := int64(n-1) * int64(w.pageSize)
	if _, err := w.file.ReadAt(w.page, offset); err != nil {
		return nil, fmt.Errorf("read page %d: %w", n, err)
	}
	start, end, children, err := layout(w.page[:w.usable], n == 1)
	if err != nil {
		return nil, fmt.Errorf("b-tree page %d: %w", n, err)
	}
	if bytes.Equal(w.page[start:end], w.zeros[:end-start]) {
		return children, nil
	}
	if _, err := w.file.WriteAt(w.zeros[:end-start], offset+int64(start)); err != nil {
		return nil, fmt.Errorf("write page %d: %w", n, err)
	}
	return children, nil
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
		return 0, 0, nil, store.ErrCorrupt
	}
	if !interior {
		return start, end, nil, nil
	}
	children = append(children, binary.BigEndian.Uint32(page[head+8:]))
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(page[pointers+2*i:]))
		if cell < end || cell+4 > len(page) {
			return 0, 0, nil, store.ErrCorrupt
		}
		children = append(children, binary.BigEndian.Uint32(page[cell:]))
	}
	return start, end, children, nil
}
