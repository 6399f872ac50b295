package imports

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"earshot/bot/audio"
	"earshot/models"
)

// journal saves what has been decoded so far, in a file per session that is removed once the session is stored. An interrupted run
// resumes from it. It contains words and audio, so only its owner may read it.
type journal struct {
	path string

	mu    sync.Mutex
	file  *os.File
	at    int64
	lines map[place]known
	ends  map[int]end
	begun bool // the session may be in the record
}

// place is the position of a line: its track and times.
type place struct {
	track, seq     int
	startMS, endMS int64
}

// known is a decoded line and the position of its audio in the file.
type known struct {
	line   models.Utterance
	from   int64
	length int
}

// end is the outcome of a track.
type end struct {
	LengthMS int64        `json:"length_ms"`
	SaysMS   int64        `json:"says_ms,omitempty"` // how long its header says that it is
	LostMS   int64        `json:"lost_ms"`
	Failed   int          `json:"failed"`
	Gaps     []models.Gap `json:"gaps,omitempty"`
	// Broken says why the rest of the track could not be read, or is "".
	Broken string `json:"broken,omitempty"`
	// Observed is the loudness and activity observed in the track, in the track's time.
	Observed []models.Observation `json:"observed,omitempty"`
}

// leastLost is the minimum length of what is missing from a truncated track, in ms: one packet.
const leastLost = 20

// whole is the full length of the track as far as it is known, including the part that could not be read, in ms.
func (e end) whole() int64 {
	if e.Broken == "" {
		return e.LengthMS
	}
	return max(e.LengthMS+leastLost, e.SaysMS)
}

// row is a line of the journal file.
type row struct {
	// Model is in the first row: lines decoded by a different model are not used.
	Model string `json:"model,omitempty"`
	Begun bool   `json:"begun,omitempty"`

	Track int               `json:"track"`
	Line  *models.Utterance `json:"line,omitempty"`
	Opus  []byte            `json:"opus,omitempty"`
	End   *end              `json:"end,omitempty"`
}

// journalPath returns the path of a session's journal in the record's folder.
func journalPath(dir, session string) string { return filepath.Join(dir, "import", session+".jsonl") }

// openJournal opens or creates the journal of a session for this process alone. A last row that was written only in part is dropped.
func openJournal(dir, session, model string) (_ *journal, err error) {
	j := &journal{path: journalPath(dir, session), lines: map[place]known{}, ends: map[int]end{}}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if j.file, err = openAlone(j.path); err != nil {
		return nil, fmt.Errorf("import %s: %w", session, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.file.Close())
		}
	}()
	if err := j.sweep(); err != nil {
		return nil, err
	}
	whole, err := j.read(model)
	if err != nil {
		return nil, err
	}
	if err := j.file.Truncate(whole); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if j.at, err = j.file.Seek(whole, io.SeekStart); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if whole == 0 {
		err = j.write(row{Model: model})
	}
	return j, err
}

// openAlone opens or creates a file, locked against other processes.
func openAlone(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the file
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			return nil, errors.Join(models.WithHint(errors.New("another process is importing this recording"),
				"wait for it, or end it and import again: it goes on from there"), f.Close())
		}
		mine, err := f.Stat()
		if err == nil {
			if now, gone := os.Stat(path); gone == nil && os.SameFile(mine, now) {
				return f, nil
			}
		} // another process stored its session, and removed the file, after it was opened here
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
}

// unpacked is the prefix of the paths of unpacked tracks.
func (j *journal) unpacked() string { return j.path + ".track-" }

// sweep removes unpacked tracks that a killed run left behind.
func (j *journal) sweep() error {
	left, err := filepath.Glob(j.unpacked() + "*")
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// read reads the existing rows and returns the offset at which they end.
func (j *journal) read(model string) (whole int64, err error) {
	in := bufio.NewReader(j.file)
	for first := true; ; first = false {
		b, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
		var r row
		if json.Unmarshal(b, &r) != nil {
			return whole, nil //nolint:nilerr // a row that was half written: it is decoded anew
		}
		if first && r.Model != model { // of another model: it is decoded anew
			return 0, nil
		}
		j.take(r, whole, len(b))
		whole += int64(len(b))
	}
}

func (j *journal) take(r row, from int64, length int) {
	switch {
	case r.Line != nil:
		at := place{r.Track, r.Line.Seq, r.Line.StartMS, r.Line.EndMS}
		j.lines[at] = known{*r.Line, from, length}
	case r.End != nil:
		j.ends[r.Track] = *r.End
	}
	j.begun = j.begun || r.Begun
}

// write appends a row.
func (j *journal) write(r row) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	b = append(b, '\n')
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(b); err != nil {
		return models.WithHint(fmt.Errorf("import: %w", err), "free up space in data_dir, and import again: it continues from there")
	}
	j.take(r, j.at, len(b))
	j.at += int64(len(b))
	return nil
}

// known returns a line of a track that was decoded by an earlier run.
func (j *journal) known(track int, c models.Clip) (models.Utterance, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	k, ok := j.lines[place{track, c.Seq, c.StartMS, c.EndMS}]
	return k.line, ok
}

// heard saves a line of a track with its audio.
func (j *journal) heard(track int, c models.Clip, u models.Utterance) error {
	opus, err := audio.EncodeClip(c.PCM, audio.EncoderConfig{Bitrate: 24000})
	if err != nil {
		return err
	}
	return j.write(row{Track: track, Line: &u, Opus: opus})
}

// unopened notes that a track could not be opened. It applies to this run only.
func (j *journal) unopened(track int, e end) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ends[track] = e
}

// ended reports whether a track has been decoded completely.
func (j *journal) ended(track int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	_, ok := j.ends[track]
	return ok
}

// opus reads the audio of a line.
func (j *journal) opus(k known) ([]byte, error) {
	b := make([]byte, k.length)
	if _, err := j.file.ReadAt(b, k.from); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	var r row
	if err := json.Unmarshal(bytes.TrimSpace(b), &r); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return r.Opus, nil
}

// said returns the lines of a track in the order of their times.
func (j *journal) said(track int) (out []known) {
	for at, k := range j.lines {
		if at.track == track {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b known) int { return cmp.Compare(a.line.Seq, b.line.Seq) })
	return out
}

// remove closes and removes the journal.
func (j *journal) remove() error { return errors.Join(j.unlink(), j.file.Close()) }

// unlink removes the journal, and its folder if that is empty.
func (j *journal) unlink() error {
	err := os.Remove(j.path)
	_ = os.Remove(filepath.Dir(j.path)) // another import may be on
	return err
}
