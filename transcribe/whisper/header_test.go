package whisper

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
)

func fixtureBytes(tb testing.TB) []byte {
	tb.Helper()
	path, err := fixture.Path(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func TestCheckFixture(t *testing.T) {
	path, err := fixture.Path(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	got, err := CheckFile(path)
	want := Info{Size: 10529376, Vocab: 51864, AudioState: 128, AudioLayers: 4, TextLayers: 3, Mels: 80, Quant: "q8_0", Tensors: 143}
	if err != nil || got != want || got.Kind() != "tiny" {
		t.Errorf("CheckFile: %+v, %v; want %+v", got, err, want)
	}
}

func TestBadModelFiles(t *testing.T) {
	good := fixtureBytes(t)
	patch := func(field int, v uint32) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[4*field:], v)
		return b
	}
	tests := []struct {
		name string
		data []byte
		want error
		says string
	}{
		{"empty", nil, ErrEmpty, "empty"},
		{"a gguf file", []byte("GGUF\x03\x00\x00\x00and more"), ErrNotModel, "GGUF"},
		{"a pytorch checkpoint", []byte("PK\x03\x04archive/data.pkl"), ErrNotModel, "PyTorch"},
		{"a web page", []byte("\n<!DOCTYPE html><html><body>Not found</body></html>"), ErrNotModel, "web page"},
		{"an LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00"), ErrNotModel, "LFS"},
		{"safetensors", []byte("\x10\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\":{}}"), ErrNotModel, "safetensors"},
		{"a wav file", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), ErrNotModel, "sound"},
		{"a vad model", []byte("lmgg\x0a\x00\x00\x00silero-16k\x06\x00\x00\x00"), ErrNotModel, "voice detection"},
		{"text", []byte("hello"), ErrNotModel, "not a Whisper model"},
		{"one byte", []byte("l"), ErrTruncated, "cut short"},
		{"magic only", good[:4], ErrTruncated, "cut short"},
		{"cut in the header", good[:40], ErrTruncated, "cut short"},
		{"cut in the filters", good[:5000], ErrTruncated, "missing"},
		{"cut in the vocabulary", good[:200_000], ErrTruncated, "cut short"},
		{"cut in a weight", good[:5_000_000], ErrTruncated, "missing"},
		{"the last byte is missing", good[:len(good)-1], ErrTruncated, "1 bytes are missing"},
		{"a byte too many", append(bytes.Clone(good), 0), ErrTruncated, "cut short"},
		{"garbage behind", append(bytes.Clone(good), bytes.Repeat([]byte{0xff}, 64)...), ErrNotModel, "no tensor begins"},
		{"n_vocab", patch(1, 50000), ErrNotModel, "n_vocab is 50000"},
		{"n_audio_ctx", patch(2, 1<<30), ErrNotModel, "n_audio_ctx"},
		{"n_audio_state", patch(3, 0), ErrNotModel, "n_audio_state"},
		{"n_audio_head", patch(4, 0), ErrNotModel, "n_audio_head"},
		{"n_audio_layer", patch(5, 5), ErrNotModel, "n_audio_layer"},
		{"n_text_layer", patch(9, 0xffffffff), ErrNotModel, "n_text_layer is -1"},
		{"n_mels", patch(10, 81), ErrNotModel, "n_mels"},
		{"ftype", patch(11, 0xffffffff), ErrNotModel, "ftype"},
		{"more layers than weights", patch(9, 4), ErrTruncated, "143 of 167 tensors"},
		{"fewer layers than weights", patch(9, 2), ErrNotModel, "143 tensors, want 119"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.bin")
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := CheckFile(path)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) ||
				models.Hint(err) == "" {
				t.Errorf("CheckFile: %v (hint %q), want %v, %q, the path and a hint", err, models.Hint(err), tt.want, tt.says)
			}
			if _, err := Load(path, LoadOptions{}); !errors.Is(err, tt.want) {
				t.Errorf("Load: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestMissingModelFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := CheckFile(filepath.Join(dir, "none.bin")); !errors.Is(err, fs.ErrNotExist) || models.Hint(err) == "" {
		t.Errorf("missing: %v", err)
	}
	if _, err := CheckFile(dir); !errors.Is(err, ErrNotModel) || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
}

// withoutWeights is a test model made of the fixture's header, filters and vocabulary.
func withoutWeights(tb testing.TB, good []byte) []byte {
	tb.Helper()
	w := &walker{r: bytes.NewReader(good), size: int64(len(good)), buf: bufio.NewReader(nil)}
	w.seek(4)
	var h header
	w.read(&h)
	w.filters(h)
	w.vocabulary(h)
	if w.err != nil {
		tb.Fatal(w.err)
	}
	return good[:w.off]
}

func TestModelWithoutWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.bin")
	if err := os.WriteFile(path, withoutWeights(t, fixtureBytes(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, LoadOptions{}); !errors.Is(err, ErrNoWeights) || models.Hint(err) == "" {
		t.Errorf("Load: %v, want ErrNoWeights with a hint", err)
	}
	m, err := Load(path, LoadOptions{AllowNoWeights: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if r := decode(t, newState(t, m), sentences(t)[0].PCM, transcribe.Options{}); r.Text != "" {
		t.Errorf("%d tokens out of nothing", r.Tokens)
	}
}

// The fuzzer makes the header and what follows the vocabulary; the half megabyte between stays as it is.
func FuzzParse(f *testing.F) {
	good := fixtureBytes(f)
	whole := len(withoutWeights(f, good))
	const head = 56
	middle := bytes.Clone(good[head:whole])
	f.Add(good[:head], []byte{})
	f.Add(good[:head], good[whole:whole+12])
	f.Add(good[:head], good[whole:whole+600])
	f.Add(good[:7], []byte{1, 0, 0, 0})
	f.Add([]byte("lmgg\x0a\x00\x00\x00silero-16k"), []byte("GGUF"))
	f.Fuzz(func(t *testing.T, start, rest []byte) {
		data := slices.Concat(start, middle, rest)
		info, err := parse(bytes.NewReader(data), int64(len(data)))
		if err == nil && (info.Size != int64(len(data)) || kinds[info.AudioLayers] == "" || info.Tensors != 0 && info.Tensors < 95) {
			t.Errorf("accepted %+v", info)
		}
		sniff(start)
	})
}
