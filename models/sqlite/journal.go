package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"earshot/models"
)

// The journal is a file beside the database that holds a copy of what was taken away from the record, one JSON object a
// line. It outlives a database that is damaged or lost, so that a backup of the record brings nothing of it back.
type journal struct {
	mu   sync.Mutex
	path string
	// removal and taken are the ids in the database up to which the file has everything.
	removal, taken int64
}

// journalLine is one line of the file; one field is set.
type journalLine struct {
	// Origin names the record, in the first line.
	Origin  string          `json:"origin,omitempty"`
	Removal *models.Removal `json:"removal,omitempty"`
	Taken   *taken          `json:"taken,omitempty"`
}

func journalPath(path string) string { return path + ".removals" }

// readJournal reads what stands beside a database. origin is "" when there is no such file. A line that was cut short, or
// is no line of ours, is left out.
func readJournal(path string) (origin string, all takenAway, err error) {
	f, err := os.Open(journalPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", all, nil
	}
	if err != nil {
		return "", all, unusable(path, err)
	}
	defer func() { _ = f.Close() }()
	origin, all, err = parseJournal(f)
	if err != nil {
		return "", all, unusable(path, err)
	}
	return origin, all, nil
}

func parseJournal(r io.Reader) (origin string, all takenAway, err error) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		var l journalLine
		if json.Unmarshal(line, &l) == nil {
			switch {
			case l.Removal != nil:
				all.removals = append(all.removals, *l.Removal)
			case l.Taken != nil:
				all.taken = append(all.taken, *l.Taken)
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

// begin opens the journal of a record: what it knows more than the record is returned, what it knows less is written.
// The journal of another record is put aside.
func (j *journal) begin(ctx context.Context, origin string, q queryer) (ahead takenAway, err error) {
	theirs, known, err := readJournal(j.path)
	if err != nil {
		return ahead, err
	}
	if theirs != "" && theirs != origin {
		if err := os.Rename(journalPath(j.path), journalPath(j.path)+"-"+theirs); err != nil {
			return ahead, unusable(j.path, err)
		}
		theirs, known = "", takenAway{}
	}
	have, err := takenSince(ctx, q, 0, 0)
	if err != nil {
		return ahead, err
	}
	missing := have.without(known)
	if theirs == "" {
		err = j.write(journalLine{Origin: origin}, missing)
	} else if len(missing.removals)+len(missing.taken) > 0 {
		err = j.write(journalLine{}, missing)
	}
	if err != nil {
		return ahead, unusable(j.path, err)
	}
	return known.without(have), nil
}

// write appends lines, and returns after they are on the disk.
func (j *journal) write(first journalLine, all takenAway) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	out.WriteByte('\n') // after a line that was cut short
	if first != (journalLine{}) {
		out.Reset()
		if err := enc.Encode(first); err != nil {
			return err
		}
	}
	for i := range all.removals {
		if err := enc.Encode(journalLine{Removal: &all.removals[i]}); err != nil {
			return err
		}
	}
	for i := range all.taken {
		if err := enc.Encode(journalLine{Taken: &all.taken[i]}); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(journalPath(j.path), os.O_WRONLY|os.O_CREATE|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(out.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}

// follow writes what was taken away by a transaction that is committed. When it can't, the next one's does.
func (j *journal) follow(ctx context.Context, q queryer, removal, id int64) error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if removal == j.removal && id == j.taken {
		return nil
	}
	news, err := takenSince(ctx, q, j.removal, j.taken)
	if err == nil {
		err = j.write(journalLine{}, news)
	}
	if err == nil {
		j.removal, j.taken = removal, id
	}
	return err
}
