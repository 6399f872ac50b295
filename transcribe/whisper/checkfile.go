package whisper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"earshot/models"
)

// pullHint is the hint for every unusable model file.
const pullHint = "fetch a model with:  earshot model pull tiny.en"

// CheckFile validates a model file's structure before the library sees it: the library trusts every byte, and a damaged file
// can crash the process. The weights' values are not read, so it takes milliseconds.
//
// Errors: fs.ErrNotExist and other errors of opening, ErrEmpty, ErrNotModel (naming what the file is instead, if known),
// ErrTruncated; all with the path and a hint. A test model without weights is valid here: its Info.Tensors is 0.
func CheckFile(path string) (Info, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a named pipe would otherwise block
	if errors.Is(err, fs.ErrNotExist) {
		return Info{}, models.WithHint(fmt.Errorf("model %s: %w", path, fs.ErrNotExist), "check the path, or "+pullHint)
	}
	if err != nil {
		return Info{}, models.WithHint(fmt.Errorf("model: %w", err), "check the file's permissions")
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Info{}, fmt.Errorf("model: %w", err)
	}
	switch {
	case st.IsDir():
		return Info{}, models.WithHint(fmt.Errorf("model %s: %w: it is a folder", path, ErrNotModel), "name the .bin file in it")
	case !st.Mode().IsRegular():
		return Info{}, fmt.Errorf("model %s: %w: it is not a regular file", path, ErrNotModel)
	case st.Size() == 0:
		return Info{}, models.WithHint(fmt.Errorf("model %s: %w", path, ErrEmpty), pullHint)
	}
	info, err := parse(f, st.Size())
	if err != nil {
		err = explain(f, path, err)
	}
	return info, err
}

// explain adds the path, what the file looks like, and a hint.
func explain(f io.ReaderAt, path string, err error) error {
	head := make([]byte, 512)
	n, _ := f.ReadAt(head, 0)
	switch what, hint := sniff(head[:n]); {
	case what != "":
		return models.WithHint(fmt.Errorf("model %s: %w: it is %s", path, ErrNotModel, what), hint)
	case errors.Is(err, ErrTruncated):
		return models.WithHint(fmt.Errorf("model %s: %w", path, err), "the download did not finish; "+pullHint)
	default:
		return models.WithHint(fmt.Errorf("model %s: %w", path, err), "a model for whisper.cpp is needed (ggml-*.bin); "+pullHint)
	}
}

// sniff recognises, by the first bytes, what people mistake for a model, with a hint what to do. It returns "" for anything
// else.
func sniff(head []byte) (what, hint string) {
	low := bytes.ToLower(bytes.TrimSpace(head))
	const other = "whisper.cpp reads ggml-*.bin files only; " + pullHint
	switch {
	case bytes.HasPrefix(head, []byte("GGUF")):
		return "a GGUF file", other
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\x80\x02")):
		return "a PyTorch checkpoint or a zip archive", "convert it with whisper.cpp's convert-pt-to-ggml.py, or " + pullHint
	case bytes.HasPrefix(low, []byte("<!doctype")), bytes.HasPrefix(low, []byte("<html")):
		return "a web page", "the download link led to a page, not to the file; " + pullHint
	case bytes.HasPrefix(head, []byte("version https://git-lfs")):
		return "a Git LFS pointer", "fetch the file itself with git lfs pull, or " + pullHint
	case len(head) > 9 && head[8] == '{' && bytes.Equal(head[4:8], []byte{0, 0, 0, 0}):
		return "a safetensors file", other
	case bytes.HasPrefix(head, []byte("RIFF")), bytes.HasPrefix(head, []byte("OggS")):
		return "a sound file", "give the sound as the file to transcribe, and a model with --model"
	case len(head) > 18 && bytes.HasPrefix(head, []byte("lmgg")) && bytes.HasPrefix(head[8:], []byte("silero")):
		return "a voice detection model", "it only tells speech from noise; " + pullHint
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "a gzip archive", "unpack it first"
	}
	return "", ""
}
