package whisper

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"earshot/models"
)

// vadHint is the hint for every unusable voice detection file.
const vadHint = `name whisper.cpp's ggml-silero-v6.2.0.bin, or leave vad_model empty`

// maxVADBytes bounds the file, which is read into memory; Silero models are far smaller.
const maxVADBytes = 64 << 20

const (
	vadKind    = "silero-16k"
	vadTensors = 15 // of versions 5 and 6
)

// vadDims are the dimensions of a 16 kHz Silero model, in file order after the version: window and context, the number of
// encoder layers and for each its input, output and kernel, then the LSTM and the last convolution. The library trusts them.
var vadDims = []int32{VADBlock, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1}

// CheckVADFile validates a voice detection model's structure before the library sees it, as CheckFile does for Whisper
// models, with the same errors.
func CheckVADFile(path string) error {
	wrap := func(err error) error {
		return models.WithHint(fmt.Errorf("voice detection model %s: %w", path, err), vadHint)
	}
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wrap(fs.ErrNotExist)
	case err != nil:
		return wrap(err)
	case !st.Mode().IsRegular():
		return wrap(fmt.Errorf("%w: it is not a regular file", ErrNotModel))
	case st.Size() == 0:
		return wrap(ErrEmpty)
	case st.Size() > maxVADBytes:
		return wrap(fmt.Errorf("%w: it is too big", ErrNotModel))
	}
	f, err := os.Open(path)
	if err != nil {
		return wrap(err)
	}
	defer f.Close()
	if err := parseVAD(f, st.Size()); err != nil {
		return wrap(err)
	}
	return nil
}

// parseVAD reads the structure to the last byte.
func parseVAD(r io.ReaderAt, size int64) error {
	w := &walker{r: r, size: size, buf: bufio.NewReader(nil), scalars: true}
	w.seek(0)
	mark, n := w.int(), w.int()
	if w.err == nil && (uint32(mark) != magic || n != int32(len(vadKind))) {
		return fmt.Errorf("%w, and no Silero model", ErrNotModel)
	}
	kind := make([]byte, len(vadKind))
	w.read(kind)
	if w.err == nil && string(kind) != vadKind {
		return fmt.Errorf("%w, and no Silero model", ErrNotModel)
	}
	for range 3 { // the version
		w.int()
	}
	for i, want := range vadDims {
		if got := w.int(); w.err == nil && got != want {
			return fmt.Errorf("%w: dimension %d is %d, want %d", ErrNotModel, i, got, want)
		}
	}
	found := 0
	for w.err == nil && w.off < size {
		w.tensor()
		found++
	}
	if w.err == nil && found != vadTensors {
		return fmt.Errorf("%w: it has %d of %d tensors", ErrTruncated, found, vadTensors)
	}
	return w.err
}

// VADBlock is the block size of a VAD in samples at 16 kHz: 32 ms.
const VADBlock = 512
