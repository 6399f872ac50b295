package whisper

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// CheckFile and Load return these errors wrapped, with the path and a hint.
var (
	// ErrEmpty means that the file has no bytes.
	ErrEmpty = errors.New("the model file is empty")
	// ErrNotModel means that the file is something other than a Whisper model in ggml format.
	ErrNotModel = errors.New("not a Whisper model in ggml format")
	// ErrTruncated means that the file starts like a model and ends too early.
	ErrTruncated = errors.New("the model file is cut short")
	// ErrNoWeights means that the file is a test model: header and vocabulary without weights, which never yields words.
	ErrNoWeights = errors.New("the model has no weights")
)

// Info is a model file's metadata.
type Info struct {
	Size         int64 // of the file, in bytes
	Vocab        int   // tokens
	AudioState   int   // width of the encoder
	AudioLayers  int
	TextLayers   int
	Mels         int    // mel bands of the input
	Quant        string // format of the large weights: f32, f16, q8_0, …
	Multilingual bool
	Tensors      int // found in the file; 0 for a test model
}

// Kind returns the name that Whisper's authors give to the model's size, by the layers of its encoder.
func (i Info) Kind() string { return kinds[i.AudioLayers] }

// kinds maps encoder layers to names. The library has the same table and aborts on any other number.
var kinds = map[int]string{4: "tiny", 6: "base", 12: "small", 24: "medium", 32: "large"}

// quants maps the header's ftype, modulo 1000, to the format that whisper.cpp writes.
var quants = map[int32]string{
	0: "f32", 1: "f16", 2: "q4_0", 3: "q4_1", 7: "q8_0", 8: "q5_0", 9: "q5_1", 10: "q2_k", 11: "q3_k", 12: "q4_k", 13: "q5_k",
	14: "q6_k", 24: "bf16",
}

// tensorTypes are ggml's storage types in such models: elements and bytes per block.
var tensorTypes = map[int32]struct{ elems, bytes int64 }{
	0: {1, 4}, 1: {1, 2}, 2: {32, 18}, 3: {32, 20}, 6: {32, 22}, 7: {32, 24}, 8: {32, 34},
	10: {256, 84}, 11: {256, 110}, 12: {256, 144}, 13: {256, 176}, 14: {256, 210}, 30: {1, 2},
}

const (
	magic         = 0x67676d6c // "lmgg" in the file's byte order
	maxTokenBytes = 1024
	maxNameBytes  = 256
	melBins       = 201 // of an FFT of 400 samples
)

// header is the file's header, in file order.
type header struct {
	Vocab, AudioCtx, AudioState, AudioHeads, AudioLayers, TextCtx, TextState, TextHeads, TextLayers, Mels, FType int32
}

// check returns an error for the first field with a value that the library can't handle; the library itself trusts them.
func (h header) check() error {
	_, layers := kinds[int(h.AudioLayers)]
	_, ftype := quants[h.FType%1000]
	for _, c := range []struct {
		field string
		v     int32
		ok    bool
	}{
		{"n_vocab", h.Vocab, h.Vocab >= 51864 && h.Vocab <= 51866},
		{"n_audio_ctx", h.AudioCtx, h.AudioCtx == 1500},
		{"n_audio_state", h.AudioState, h.AudioState >= 64 && h.AudioState <= 2048},
		{"n_audio_head", h.AudioHeads, h.AudioHeads >= 1 && h.AudioHeads <= 64 && h.AudioState%h.AudioHeads == 0},
		{"n_audio_layer", h.AudioLayers, layers},
		{"n_text_ctx", h.TextCtx, h.TextCtx == 448},
		{"n_text_state", h.TextState, h.TextState == h.AudioState},
		{"n_text_head", h.TextHeads, h.TextHeads >= 1 && h.TextHeads <= 64 && h.TextState%h.TextHeads == 0},
		{"n_text_layer", h.TextLayers, h.TextLayers >= 1 && h.TextLayers <= 48},
		{"n_mels", h.Mels, h.Mels == 80 || h.Mels == 128},
		{"ftype", h.FType, h.FType >= 0 && ftype},
	} {
		if !c.ok {
			return fmt.Errorf("%w: %s is %d", ErrNotModel, c.field, c.v)
		}
	}
	return nil
}

// tensors returns the number of tensors in a complete model of these dimensions.
func (h header) tensors() int { return 11 + 15*int(h.AudioLayers) + 24*int(h.TextLayers) }

// parse reads a model file's structure to the last byte, skipping the weights' values: header, mel filters, vocabulary and
// every tensor's header. The library itself detects neither an invalid header nor a missing end.
func parse(r io.ReaderAt, size int64) (Info, error) {
	w := &walker{r: r, size: size, buf: bufio.NewReader(nil)}
	w.seek(0)
	if m := w.int(); w.err == nil && uint32(m) != magic {
		return Info{Size: size}, ErrNotModel
	}
	var h header
	w.read(&h)
	if w.err != nil {
		return Info{Size: size}, w.err
	}
	if err := h.check(); err != nil {
		return Info{Size: size}, err
	}
	info := Info{
		Size: size, Vocab: int(h.Vocab), AudioState: int(h.AudioState), AudioLayers: int(h.AudioLayers), TextLayers: int(h.TextLayers),
		Mels: int(h.Mels), Quant: quants[h.FType%1000], Multilingual: h.Vocab >= 51865,
	}
	w.filters(h)
	w.vocabulary(h)
	for w.err == nil && w.off < size {
		w.tensor()
		info.Tensors++
	}
	switch want := h.tensors(); {
	case w.err != nil:
		return info, w.err
	case info.Tensors > want:
		return info, fmt.Errorf("%w: it has %d tensors, want %d", ErrNotModel, info.Tensors, want)
	case info.Tensors > 0 && info.Tensors < want:
		return info, fmt.Errorf("%w: it has %d of %d tensors", ErrTruncated, info.Tensors, want)
	}
	return info, nil
}

// walker reads a file sequentially and skips what is not needed. After the first error it reads zeros.
type walker struct {
	r    io.ReaderAt
	size int64
	off  int64 // of the next byte
	buf  *bufio.Reader
	err  error
	// scalars allows tensors without dimensions, which are single numbers.
	scalars bool
}

func (w *walker) seek(off int64) {
	w.off = off
	w.buf.Reset(io.NewSectionReader(w.r, off, w.size-off))
}

// fail keeps the first error.
func (w *walker) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *walker) read(v any) {
	if w.err != nil {
		return
	}
	switch err := binary.Read(w.buf, binary.LittleEndian, v); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		w.fail(fmt.Errorf("%w: it ends at byte %d", ErrTruncated, w.size))
	case err != nil:
		w.fail(err)
	}
	w.off += int64(binary.Size(v))
}

func (w *walker) int() (v int32) {
	w.read(&v)
	return v
}

// skip skips n bytes, which must exist.
func (w *walker) skip(n int64) {
	switch {
	case w.err != nil:
	case n > w.size-w.off:
		w.fail(fmt.Errorf("%w: at least %d bytes are missing", ErrTruncated, n-(w.size-w.off)))
	case n <= int64(w.buf.Buffered()):
		_, err := w.buf.Discard(int(n))
		w.fail(err)
		w.off += n
	default:
		w.seek(w.off + n)
	}
}

func (w *walker) filters(h header) {
	mels, bins := w.int(), w.int()
	if w.err == nil && (mels != h.Mels || bins != melBins) {
		w.fail(fmt.Errorf("%w: mel filters of %d x %d", ErrNotModel, mels, bins))
	}
	w.skip(int64(mels) * int64(bins) * 4)
}

func (w *walker) vocabulary(h header) {
	n := w.int()
	if w.err == nil && (n < 50256 || n > h.Vocab) {
		w.fail(fmt.Errorf("%w: a vocabulary of %d tokens", ErrNotModel, n))
	}
	for range n {
		if w.err != nil {
			return
		}
		size := w.int()
		if size < 0 || size > maxTokenBytes {
			w.fail(fmt.Errorf("%w: a token of %d bytes", ErrNotModel, size))
		}
		w.skip(int64(size))
	}
}

func (w *walker) tensor() {
	at := w.off
	dims, name, kind := w.int(), w.int(), w.int()
	block, known := tensorTypes[kind]
	if w.err == nil && (dims < 0 || dims == 0 && !w.scalars || dims > 4 || name < 1 || name > maxNameBytes || !known) {
		w.fail(fmt.Errorf("%w: no tensor begins at byte %d", ErrNotModel, at))
	}
	if w.err != nil {
		return
	}
	elems := int64(1)
	for range dims {
		n := int64(w.int())
		if w.err != nil {
			return
		}
		if n < 1 || elems > (1<<31)/n {
			w.fail(fmt.Errorf("%w: the tensor at byte %d has an impossible shape", ErrNotModel, at))
			return
		}
		elems *= n
	}
	w.skip(int64(name))
	w.skip(elems / block.elems * block.bytes)
}
