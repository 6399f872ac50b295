// Package modelfile lists the Whisper and voice detection models that can be downloaded, and downloads and verifies them.
package modelfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"earshot/models"
)

// DefaultMirror is where whisper.cpp's authors publish its models. Any server that has the files below one URL can replace it.
const DefaultMirror = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main"

// vadMirror is where they publish voice detection models.
const vadMirror = "https://huggingface.co/ggml-org/whisper-vad/resolve/main"

// Silero is the name of the voice detection model.
const Silero = "silero-v6.2.0"

// ErrDamaged is returned (wrapped) for a file whose size or checksum is not that of the model.
var ErrDamaged = errors.New("the file is not the model that its name says")

// Model is a model that can be downloaded.
type Model struct {
	// Name is "tiny.en", "base-q5_1", … or Silero: size, .en if English-only, and the format of the weights unless f16.
	Name string
	// Bytes is the file's exact size.
	Bytes int64
	// SHA256 is the file's checksum, in hex.
	SHA256 string
}

// FileName is the file's name, the same on every mirror.
func (m Model) FileName() string { return "ggml-" + m.Name + ".bin" }

// English reports whether the model is English-only.
func (m Model) English() bool { return strings.Contains(m.Name, ".en") }

// VAD reports whether this is a voice detection model.
func (m Model) VAD() bool { return m.Name == Silero }

// Mirror returns the model's default mirror.
func (m Model) Mirror() string {
	if m.VAD() {
		return vadMirror
	}
	return DefaultMirror
}

// Known returns the models, smallest first within a size. The caller owns the slice.
func Known() []Model {
	return []Model{
		{"tiny.en-q5_1", 32166155, "c77c5766f1cef09b6b7d47f21b546cbddd4157886b3b5d6d4f709e91e66c7c2b"},
		{"tiny-q5_1", 32152673, "818710568da3ca15689e31a743197b520007872ff9576237bda97bd1b469c3d7"},
		{"tiny.en-q8_0", 43550795, "5bc2b3860aa151a4c6e7bb095e1fcce7cf12c7b020ca08dcec0c6d018bb7dd94"},
		{"tiny-q8_0", 43537433, "c2085835d3f50733e2ff6e4b41ae8a2b8d8110461e18821b09a15c40c42d1cca"},
		{"tiny.en", 77704715, "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f"},
		{"tiny", 77691713, "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21"},
		{"base.en-q5_1", 59721011, "4baf70dd0d7c4247ba2b81fafd9c01005ac77c2f9ef064e00dcf195d0e2fdd2f"},
		{"base-q5_1", 59707625, "422f1ae452ade6f30a004d7e5c6a43195e4433bc370bf23fac9cc591f01a8898"},
		{"base.en-q8_0", 81781811, "a4d4a0768075e13cfd7e19df3ae2dbc4a68d37d36a7dad45e8410c9a34f8c87e"},
		{"base-q8_0", 81768585, "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9"},
		{"base.en", 147964211, "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002"},
		{"base", 147951465, "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe"},
		{"small.en-q5_1", 190098681, "bfdff4894dcb76bbf647d56263ea2a96645423f1669176f4844a1bf8e478ad30"},
		{"small-q5_1", 190085487, "ae85e4a935d7a567bd102fe55afc16bb595bdb618e11b2fc7591bc08120411bb"},
		{"small.en-q8_0", 264477561, "67a179f608ea6114bd3fdb9060e762b588a3fb3bd00c4387971be4d177958067"},
		{"small-q8_0", 264464607, "49c8fb02b65e6049d5fa6c04f81f53b867b5ec9540406812c643f177317f779f"},
		{"small.en", 487614201, "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d"},
		{"small", 487601967, "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b"},
		{Silero, 885098, "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987"},
	}
}

// Find looks a model up by its name, or by the name of its file.
func Find(name string) (Model, error) {
	for _, m := range Known() {
		if name == m.Name || name == m.FileName() {
			return m, nil
		}
	}
	return Model{}, models.WithHint(
		fmt.Errorf("no model is called %q", name), `"earshot model list" names them; tiny.en is the smallest that is of use`,
	)
}

// Path returns the model's path in a folder.
func (m Model) Path(dir string) string { return filepath.Join(dir, m.FileName()) }

// Verify checks a file's size and SHA-256. It returns ErrDamaged (wrapped) or a read error.
func (m Model) Verify(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("model %s: %w", m.Name, err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	switch {
	case err != nil:
		return fmt.Errorf("model %s: %w", m.Name, err)
	case n != m.Bytes:
		return m.damaged(path, fmt.Sprintf("it has %d bytes, not %d", n, m.Bytes))
	case hex.EncodeToString(h.Sum(nil)) != m.SHA256:
		return m.damaged(path, fmt.Sprintf("its SHA-256 is %x, not %s", h.Sum(nil), m.SHA256))
	}
	return nil
}

func (m Model) damaged(path, how string) error {
	return models.WithHint(fmt.Errorf("model file %s: %w: %s", path, ErrDamaged, how), "fetch it again with:  earshot model pull "+m.Name)
}
