// Package reserve is a file beside the database whose room on the disk was taken in advance, and which is only ever written
// over. What must be known after a crash or on a full disk stands in it: how far the record had come, and what will be
// missing from it if the program ends now.
package reserve

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"earshot/models"
	"earshot/models/sqlite/disk"
)

// The first block is the progress; two halves follow, of which the one with the higher generation and a right checksum holds
// the losses, so that a write that was cut short leaves the one before.
const (
	blockSize = 4096
	halfSize  = 512 << 10
	fileSize  = blockSize + 2*halfSize
	halfHead  = 8 + 8 + 4 + 4 // magic, generation, length, checksum
	magic     = "earshot1"
)

// Reserve is the file of an open record. Nothing is reached in a nil Reserve. Any goroutine may call its methods.
type Reserve struct {
	mu         sync.Mutex
	file       *os.File
	generation uint64
	losses     map[string][]models.Loss // by session
}

// Progress is how far a record had come when it was last written to.
type Progress struct {
	Lineage string    `json:"lineage"`
	Commits int64     `json:"commits"`
	At      time.Time `json:"at"`
}

// Path is the reserve's file beside the database at path.
func Path(path string) string { return path + ".reserve" }

// Open takes the room on the disk if that has not been done, and reads what an earlier run left.
func Open(path string) (_ *Reserve, err error) {
	f, err := os.OpenFile(Path(path), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, disk.Unusable(path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, disk.Unusable(path, err)
	}
	if missing := fileSize - info.Size(); missing > 0 {
		if _, err := f.WriteAt(make([]byte, missing), info.Size()); err != nil { // not a hole: it takes room
			return nil, disk.Unusable(path, errors.Join(err, f.Truncate(info.Size())))
		}
		if err := f.Sync(); err != nil {
			return nil, disk.Unusable(path, err)
		}
	}
	r := &Reserve{file: f, losses: map[string][]models.Loss{}}
	for half := range 2 {
		b := make([]byte, halfSize)
		if _, err := f.ReadAt(b, halfAt(half)); err != nil {
			return nil, disk.Unusable(path, err)
		}
		var losses map[string][]models.Loss
		if generation, body := openHalf(b); generation > r.generation && json.Unmarshal(body, &losses) == nil {
			r.generation, r.losses = generation, losses
		}
	}
	return r, nil
}

func halfAt(half int) int64 { return blockSize + int64(half)*halfSize }

// openHalf gives the generation and the content of a half; 0 when it holds nothing, or was not written to its end.
func openHalf(b []byte) (generation uint64, body []byte) {
	if string(b[:8]) != magic {
		return 0, nil
	}
	n := binary.LittleEndian.Uint32(b[16:])
	if int64(n) > int64(len(b)-halfHead) {
		return 0, nil
	}
	body = b[halfHead : halfHead+n]
	if crc32.Update(crc32.ChecksumIEEE(b[8:20]), crc32.IEEETable, body) != binary.LittleEndian.Uint32(b[20:]) {
		return 0, nil
	}
	return binary.LittleEndian.Uint64(b[8:]), body
}

func sealHalf(generation uint64, body []byte) []byte {
	b := make([]byte, halfHead, halfHead+len(body))
	copy(b, magic)
	binary.LittleEndian.PutUint64(b[8:], generation)
	binary.LittleEndian.PutUint32(b[16:], uint32(len(body))) //nolint:gosec // at most a half
	binary.LittleEndian.PutUint32(b[20:], crc32.Update(crc32.ChecksumIEEE(b[8:20]), crc32.IEEETable, body))
	return append(b, body...)
}

// ReadProgress reads how far a record had come; nil when there is no reserve, or nothing is noted in it.
func ReadProgress(path string) (*Progress, error) {
	f, err := os.Open(Path(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, disk.Unusable(path, err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, blockSize)
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, nil // a reserve that was never filled says nothing
	}
	_, body := openHalf(b)
	var p Progress
	if body == nil || json.Unmarshal(body, &p) != nil {
		return nil, nil
	}
	return &p, nil
}

// Reached notes how far the record has come. It is not synced: after a power cut it may be behind the record, which is
// synced first, and never ahead of it. For the same reason a failure does no harm.
func (r *Reserve) Reached(p Progress) {
	if r == nil {
		return
	}
	body, err := json.Marshal(p)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.file.WriteAt(sealHalf(1, body), 0)
}

// Note replaces what is noted for a session, and returns after it is on the disk. It takes no new room there.
func (r *Reserve) Note(session string, losses []models.Loss) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(losses) == 0 && len(r.losses[session]) == 0 {
		return nil
	}
	r.losses[session] = losses
	if len(losses) == 0 {
		delete(r.losses, session)
	}
	return r.write()
}

// write brings the losses to the disk; the caller holds the lock.
func (r *Reserve) write() error {
	body, err := json.Marshal(r.losses)
	if err != nil {
		return err
	}
	for joined := 0; len(body) > halfSize-halfHead; joined++ {
		if joined == 2 {
			return errors.New("store: what is missing from the record is too much to be noted")
		}
		for id, losses := range r.losses {
			r.losses[id] = joinLosses(losses, joined == 1)
		}
		if body, err = json.Marshal(r.losses); err != nil {
			return err
		}
	}
	r.generation++
	half := int(r.generation % 2)
	b := sealHalf(r.generation, body)
	b = append(b, make([]byte, halfSize-len(b))...) // of earlier losses nothing stays
	if _, err := r.file.WriteAt(b, halfAt(half)); err != nil {
		return fmt.Errorf("store: note what is missing: %w", err)
	}
	if len(r.losses) == 0 {
		if _, err := r.file.WriteAt(bytes.Repeat([]byte{0}, halfSize), halfAt(1-half)); err != nil {
			return fmt.Errorf("store: note what is missing: %w", err)
		}
	}
	return r.file.Sync()
}

// joinLosses makes one loss of each person's, or one of all people's.
func joinLosses(losses []models.Loss, everybody bool) (out []models.Loss) {
	at := map[string]int{}
	for _, l := range losses {
		l.Key = models.Key{}
		if everybody {
			l.SpeakerID, l.SpeakerName = "", ""
		}
		i, there := at[l.SpeakerID]
		if !there {
			at[l.SpeakerID], out = len(out), append(out, l)
			continue
		}
		x := &out[i]
		x.StartMS, x.EndMS, x.LostMS = min(x.StartMS, l.StartMS), max(x.EndMS, l.EndMS), x.LostMS+l.LostMS
		x.Settled = x.Settled && l.Settled
	}
	return out
}

// Close ends the use of the file.
func (r *Reserve) Close() error {
	if r == nil {
		return nil
	}
	return r.file.Close()
}

// Sessions lists those that have losses.
func (r *Reserve) Sessions() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.losses))
}

// Lost are a session's losses: those that are settled, or all, and those that are still open.
func (r *Reserve) Lost(session string, all bool) (settled, open []models.Loss) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.losses[session] {
		if l.Settled || all {
			settled = append(settled, l)
		} else {
			open = append(open, l)
		}
	}
	return settled, open
}
