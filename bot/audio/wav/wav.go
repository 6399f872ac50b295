// Package wav reads RIFF/WAVE, RF64 and RIFX recordings of PCM, floats, A-law and µ-law (Microsoft and IBM, "Multimedia
// Programming Interface and Data Specifications 1.0"; EBU Tech 3306), including malformed ones that are common.
package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"earshot/bot/audio/sound"
)

// ErrNotWAV means that the data is not a readable WAV file.
var ErrNotWAV = errors.New("not a WAV file that can be read")

const (
	// unpatched: sizes from here on are placeholders, of streams and of recorders that crashed.
	unpatched = 0x7fff0000
	// maxChunk is the longest unknown chunk that is plausible as metadata when the file's size is unknown, in bytes.
	maxChunk = 64 << 20
	// wavPiece is how much is read at once, in frames.
	wavPiece = 4096
)

// wavSound reads a WAV file.
type wavSound struct {
	r     *bufio.Reader
	order binary.ByteOrder
	size  int64 // of the file in bytes, -1 if unknown
	off   int64 // bytes read
	ds64  int64 // size of the data chunk according to the ds64 chunk

	format  *wavFormat
	left    int64 // unread bytes of the data chunk, -1 if it extends to the end of the file
	exact   bool  // left is from the header
	odd     bool  // the chunk's size is odd
	missing int64 // bytes that the header announces and the file lacks
	lost    int64 // the same in samples at 16 kHz, to be returned next

	buf    []byte
	planes planes
	total  int64
	length int64
	done   bool
	notes  sound.Notes
}

// NewReader reads a WAV file: RIFF, RIFX, RF64 or BW64 with integers, floats, µ-law or A-law, of 1 to 768 kHz and up to 64
// channels. Missing or wrong sizes do not prevent it from reading the data that exists; data that the header announces and the
// file lacks becomes a lost piece at the end. size is that of the file in bytes, -1 if unknown. A file whose header says that
// it is too long is rejected at once. Errors wrap ErrNotWAV or ErrTooLong; a CodecError means another encoding.
func NewReader(r io.Reader, size int64) (sound.Sound, error) {
	w := &wavSound{r: bufio.NewReaderSize(r, 1<<16), size: size}
	if err := w.riff(); err != nil {
		return nil, err
	}
	if err := w.seekSound(); err != nil {
		return nil, err
	}
	return w, sound.TooLong(w.length)
}

// riff reads the file header.
func (w *wavSound) riff() error {
	var h [12]byte
	if err := w.full(h[:], "header"); err != nil {
		return err
	}
	w.order = binary.LittleEndian
	switch string(h[:4]) {
	case "RIFX":
		w.order = binary.BigEndian
	case "RIFF", "RF64", "BW64":
	default:
		return fmt.Errorf("%w: it does not begin with RIFF", ErrNotWAV)
	}
	if string(h[8:]) != "WAVE" {
		return fmt.Errorf("%w: it is RIFF, but not WAVE", ErrNotWAV)
	}
	w.ds64 = 0
	return nil
}

// full reads all of b.
func (w *wavSound) full(b []byte, where string) error {
	n, err := io.ReadFull(w.r, b)
	w.off += int64(n)
	return readError(err, where)
}

// readError names the place of a read error; a premature end of the file is ErrNotWAV.
func readError(err error, where string) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends in the %s", ErrNotWAV, where)
	case err != nil:
		return fmt.Errorf("read WAV %s: %w", where, err)
	}
	return nil
}

// seekSound reads chunks up to the next data chunk.
func (w *wavSound) seekSound() error {
	empty := false
	for range 10000 {
		var h [8]byte
		if err := w.full(h[:], "chunks before the sound"); err != nil {
			if empty && errors.Is(err, ErrNotWAV) { // the only data chunk was empty
				w.done = true
				return nil
			}
			return err
		}
		id, size := string(h[:4]), int64(w.order.Uint32(h[4:]))
		var err error
		switch {
		case id == "fmt ":
			err = w.readFormat(size)
		case id == "ds64" && size >= 24 && size < 1<<16:
			err = w.readDS64(size)
		case id == "data" && w.format == nil:
			return fmt.Errorf("%w: the sound comes before its format", ErrNotWAV)
		case id == "data":
			if w.begin(size) {
				return nil
			}
			empty = true
		default:
			err = w.skip(size)
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: ten thousand chunks and no sound", ErrNotWAV)
}

// skip skips a chunk.
func (w *wavSound) skip(size int64) error {
	n, err := io.CopyN(io.Discard, w.r, size)
	w.off += n
	if err != nil {
		return readError(err, "chunks before the sound")
	}
	w.pad(size)
	return nil
}

// pad skips the byte that pads a chunk of odd size, unless the writer left it out.
func (w *wavSound) pad(size int64) {
	if size%2 == 0 {
		return
	}
	if b, _ := w.r.Peek(9); len(b) == 9 && chunkName(b[:4]) && !chunkName(b[1:5]) {
		return
	}
	n, _ := w.r.Discard(1)
	w.off += int64(n)
}

// chunkName reports whether b is a valid chunk name.
func chunkName(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return b[0] != ' '
}

func (w *wavSound) readDS64(size int64) error {
	b := make([]byte, size)
	if err := w.full(b, "sizes"); err != nil {
		return err
	}
	w.pad(size)
	w.ds64 = int64(w.order.Uint64(b[8:]) & (1<<63 - 1))
	return nil
}

// begin starts a data chunk; it returns false for an empty one that is followed by another chunk or the end of the file.
func (w *wavSound) begin(size int64) bool {
	if size == 0xffffffff && w.ds64 > 0 {
		size = w.ds64
	}
	rest := int64(-1)
	if w.size >= 0 {
		rest = max(0, w.size-w.off)
	}
	w.left, w.exact, w.odd = size, true, size%2 == 1
	switch {
	case size == 0 && w.chunkFollows():
		return false
	case size == 0 || size >= unpatched && w.ds64 != size && (rest < 0 || size > rest):
		w.left, w.exact = rest, false
		if size == 0 {
			w.notes.Add("its sizes were never written: it is read to its end")
		}
	case rest >= 0 && w.format.samples(size) > sound.MaxFileSamples && size > rest:
		w.left, w.exact = rest, false
		w.notes.Add("its header announces %s, which is implausible: it is read to its end", sound.Hours(w.format.samples(size)))
	case rest >= 0 && size > rest:
		w.left, w.missing = rest, size-rest
	}
	if w.left >= 0 {
		w.length = w.total + w.format.samples(w.left)
	}
	return true
}

// chunkFollows reports whether a plausible chunk begins here, or the file ends.
func (w *wavSound) chunkFollows() bool {
	b, _ := w.r.Peek(8)
	if len(b) == 0 {
		return true
	}
	return len(b) == 8 && chunkName(b[:4]) && w.plausible(int64(w.order.Uint32(b[4:])))
}

// plausible reports whether a chunk of this size can follow.
func (w *wavSound) plausible(size int64) bool {
	if w.size >= 0 {
		return w.off+8+size <= w.size+1
	}
	return size <= maxChunk
}

// Length implements sound.Sound.
func (w *wavSound) Length() int64 { return w.length }

// Notes implements sound.Sound.
func (w *wavSound) Notes() []string { return w.notes }

// Next implements sound.Sound.
func (w *wavSound) Next() (sound.Piece, error) {
	for !w.done {
		p, err := w.read()
		if err != nil {
			return sound.Piece{}, err
		}
		w.total += p.Samples()
		if err := sound.TooLong(w.total); err != nil && !p.Lost {
			return sound.Piece{}, err
		}
		if p.Samples() > 0 {
			return p, nil
		}
	}
	return sound.Piece{}, io.EOF
}

// read returns the next piece, which may be empty.
func (w *wavSound) read() (sound.Piece, error) {
	frame := w.format.frame()
	want := int64(wavPiece * frame)
	if w.left >= 0 {
		want = min(want, w.left)
	}
	if want == 0 {
		return w.after()
	}
	n, err := io.ReadFull(w.r, w.buf[:want])
	w.off += int64(n)
	if w.left >= 0 {
		w.left -= int64(n)
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return sound.Piece{}, fmt.Errorf("read WAV sound: %w", err)
	}
	if err != nil { // the end of the file
		if w.exact && w.left > 0 {
			w.missing += w.left
		}
		w.left = 0
	}
	return sound.Piece{PCM: w.planes.push(w.format, w.buf[:n-n%frame])}, nil
}

// after returns what follows a data chunk: missing data, more data, or the end.
func (w *wavSound) after() (sound.Piece, error) {
	switch {
	case w.missing > 0:
		w.lost, w.missing = w.format.samples(w.missing), 0
		w.notes.Add("it is truncated: its header announces %s more", sound.Hours(w.lost))
		return sound.Piece{PCM: w.planes.flush()}, nil
	case w.lost > 0:
		n := w.lost
		w.lost = 0
		return sound.Piece{Silent: n, Lost: true}, nil
	}
	if w.exact && w.odd {
		w.pad(1)
		w.odd = false
	}
	b, _ := w.r.Peek(12)
	switch {
	case len(b) < 8:
		w.done = true
		return sound.Piece{PCM: w.planes.flush()}, nil
	case len(b) == 12 && string(b[8:]) == "WAVE":
		return w.another()
	case !chunkName(b[:4]), !w.plausible(int64(w.order.Uint32(b[4:]))):
		w.left, w.exact = -1, false
		w.notes.Add("it continues after the end announced in its header: it is read to its end")
		return sound.Piece{}, nil
	}
	return w.chunk()
}

// another starts the next of several concatenated files.
func (w *wavSound) another() (sound.Piece, error) {
	p := sound.Piece{PCM: w.planes.flush()}
	err := w.riff()
	if err == nil {
		err = w.seekSound()
	}
	switch {
	case err == nil:
		w.notes.Add("it consists of several concatenated recordings")
		return p, nil
	case errors.Is(err, ErrNotWAV):
		w.notes.Add("another recording appended to the first can't be read: %v", err)
		w.done = true
		return p, nil
	}
	return p, err
}

// chunk reads a chunk after the data chunk.
func (w *wavSound) chunk() (sound.Piece, error) {
	var h [8]byte
	if err := w.full(h[:], "chunks after the sound"); err != nil {
		return sound.Piece{}, err
	}
	size := int64(w.order.Uint32(h[4:]))
	if string(h[:4]) == "data" {
		w.notes.Add("its sound is in several chunks")
		if !w.begin(size) {
			w.left = 0
		}
		return sound.Piece{}, nil
	}
	if err := w.skip(size); err != nil && !errors.Is(err, ErrNotWAV) {
		return sound.Piece{}, err
	}
	return sound.Piece{}, nil
}

// ReadAll reads a WAV file into memory and returns mono PCM at 16 kHz that the caller owns. See NewReader for what it accepts.
func ReadAll(r io.Reader) ([]float32, error) {
	s, err := NewReader(r, -1)
	if err != nil {
		return nil, err
	}
	return sound.ReadAll(s)
}
