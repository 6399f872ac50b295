// Package wipe overwrites what deleted rows leave behind in a SQLite file.
//
// SQLite's secure_delete overwrites deleted rows where they lie. When pages are balanced, though, rows move to
// neighbouring pages, and their old bytes stay behind in the unused space between a page's cell pointers and its cells;
// a later deletion does not know of these copies. Gaps overwrites that space in every page, directly in the file: no reader
// ever looks at it, so that neither a crash in the middle nor somebody reading along can be harmed. The format of the pages
// is section 1.6 of https://www.sqlite.org/fileformat2.html.
package wipe

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"earshot/models/store"
)

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

// Gaps overwrites the unused space of up to count pages, from one on (the first is 1), and returns where to go on; 0: there
// is no more. Nobody may write to the file meanwhile, and its write-ahead log must be empty. A file without pointer maps is
// done whole: roots then gives the first pages of its tables and indexes. store.ErrCorrupt: the pages are none of SQLite's.
func Gaps(ctx context.Context, f *os.File, from, count uint32, roots func() ([]uint32, error)) (next uint32, err error) {
	w, err := newWiper(f)
	if err != nil {
		return 0, err
	}
	if w.mapped {
		return w.stretch(ctx, from, count)
	}
	trees, err := roots()
	if err != nil {
		return 0, err
	}
	seen := make([]bool, w.pages+1)
	for _, root := range append(trees, 1) {
		if err := w.tree(ctx, root, seen); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// stretch wipes some pages from one on and returns which comes next; 0: there is none.
func (w *wiper) stretch(ctx context.Context, from, count uint32) (next uint32, err error) {
	for n := from; n <= w.pages; n++ {
		if n == from+count {
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
