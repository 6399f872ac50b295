// Package journal keeps a copy of what was taken away from a record in a file beside the database, one JSON object a line.
// It outlives a database that is damaged or lost, so that a backup of the record brings nothing of it back.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"earshot/models"
	"earshot/models/sqlite/disk"
	"earshot/models/sqlstore/taken"
)

// Journal is the file of an open record. A nil Journal follows nothing. Any goroutine may call its methods.
type Journal struct {
	mu   sync.Mutex
	path string
	// removal and taken are the ids in the database up to which the file has everything.
	removal, taken int64
}

// line is one line of the file; one field is set.
type line struct {
	// Origin names the record, in the first line.
	Origin  string          `json:"origin,omitempty"`
	Removal *models.Removal `json:"removal,omitempty"`
	Taken   *taken.Entry    `json:"taken,omitempty"`
}

// Path is the journal's file beside the database at path.
func Path(path string) string { return path + ".removals" }

// Read reads what stands beside a database. origin is "" when there is no such file. A line that was cut short, or
// is no line of ours, is left out.
func Read(path string) (origin string, all taken.Log, err error) {
	f, err := os.Open(Path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", all, nil
	}
	if err != nil {
		return "", all, disk.Unusable(path, err)
	}
	defer func() { _ = f.Close() }()
	origin, all, err = parse(f)
	if err != nil {
		return "", all, disk.Unusable(path, err)
	}
	return origin, all, nil
}

func parse(r io.Reader) (origin string, all taken.Log, err error) {
	in := bufio.NewReader(r)
	for {
		text, err := in.ReadBytes('\n')
		var l line
		if json.Unmarshal(text, &l) == nil {
			switch {
			case l.Removal != nil:
				all.Removals = append(all.Removals, *l.Removal)
			case l.Taken != nil:
				all.Entries = append(all.Entries, *l.Taken)
			case origin == "":
				origin = l.Origin
			}
		}
		if errors.Is(err, io.EOF) {
			return origin, all, nil
		}
		if err != nil {
			return origin, all, err
		}
	}
}

// Begin opens the journal of the record at path that is called origin and has lost what have says: what the journal knows
// more than the record is returned, what it knows less is written. The journal of another record is put aside.
func Begin(path, origin string, have taken.Log) (j *Journal, ahead taken.Log, err error) {
	j = &Journal{path: path}
	theirs, known, err := Read(path)
	if err != nil {
		return nil, ahead, err
	}
	if theirs != "" && theirs != origin {
		if err := os.Rename(Path(j.path), Path(j.path)+"-"+theirs); err != nil {
			return nil, ahead, disk.Unusable(j.path, err)
		}
		theirs, known = "", taken.Log{}
	}
	missing := have.Without(known)
	if theirs == "" {
		err = j.write(line{Origin: origin}, missing)
	} else if !missing.Empty() {
		err = j.write(line{}, missing)
	}
	if err != nil {
		return nil, ahead, disk.Unusable(j.path, err)
	}
	return j, known.Without(have), nil
}

// write appends lines, and returns after they are on the disk.
func (j *Journal) write(first line, all taken.Log) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	out.WriteByte('\n') // after a line that was cut short
	if first != (line{}) {
		out.Reset()
		if err := enc.Encode(first); err != nil {
			return err
		}
	}
	for i := range all.Removals {
		if err := enc.Encode(line{Removal: &all.Removals[i]}); err != nil {
			return err
		}
	}
	for i := range all.Entries {
		if err := enc.Encode(line{Taken: &all.Entries[i]}); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(Path(j.path), os.O_WRONLY|os.O_CREATE|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(out.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}

// Has says that the file has everything up to these ids in the database, of removals and of entries.
func (j *Journal) Has(removal, id int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.removal, j.taken = removal, id
}

// Follow writes what was taken away by transactions that are committed, up to these ids; since gives what came after others.
// When it can't, the next call does.
func (j *Journal) Follow(removal, id int64, since func(removal, id int64) (taken.Log, error)) error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if removal == j.removal && id == j.taken {
		return nil
	}
	news, err := since(j.removal, j.taken)
	if err == nil {
		err = j.write(line{}, news)
	}
	if err == nil {
		j.removal, j.taken = removal, id
	}
	return err
}
