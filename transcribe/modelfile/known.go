// Package modelfile knows the Whisper models that can be fetched, and fetches and verifies them.
package modelfile

import (
	"crypto/sha1" //nolint:gosec // the sums that whisper.cpp publishes
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"earshot/models"
)

// DefaultMirror is where whisper.cpp's authors keep its models. Any server that has the files below one address will
// do in its place.
const DefaultMirror = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main"

// ErrDamaged is returned (wrapped) for a file that is not, to the last byte, the model that its name says.
var ErrDamaged = errors.New("the file is not the model that its name says")

// Model is a model that can be fetched.
type Model struct {
	// Name is "tiny.en", "base-q5_1", …: size, .en for English only, and the format of the weights when it is not f16.
	Name string
	// Bytes is the file's exact size.
	Bytes int64
	// SHA1 is the file's sum as whisper.cpp publishes it, or "": the authors publish none for the packed formats.
	SHA1 string
}

// FileName is the file's name, the same on every mirror.
func (m Model) FileName() string { return "ggml-" + m.Name + ".bin" }

// English reports whether the model knows no other language.
func (m Model) English() bool { return strings.Contains(m.Name, ".en") }

// Known lists the models, smallest first within a size. The caller owns the slice.
func Known() []Model {
	return []Model{
		{"tiny.en-q5_1", 32166155, ""},
		{"tiny-q5_1", 32152673, ""},
		{"tiny-q8_0", 43537433, ""},
		{"tiny.en", 77704715, "c78c86eb1a8faa21b369bcd33207cc90d64ae9df"},
		{"tiny", 77691713, "bd577a113a864445d4c299885e0cb97d4ba92b5f"},
		{"base.en-q5_1", 59721011, ""},
		{"base-q5_1", 59707625, ""},
		{"base-q8_0", 81768585, ""},
		{"base.en", 147964211, "137c40403d78fd54d454da0f9bd998f78703390c"},
		{"base", 147951465, "465707469ff3a37a2b9b8d8f89f2f99de7299dac"},
		{"small.en-q5_1", 190098681, ""},
		{"small-q5_1", 190085487, ""},
		{"small-q8_0", 264464607, ""},
		{"small.en", 487614201, "db8a495a91d927739e50b3fc1cc4c6b8f6c2d022"},
		{"small", 487601967, "55356645c2b361a969dfd0ef2c5a50d530afd8d5"},
	}
}

// Find looks a model up by its name, or by the name of its file.
func Find(name string) (Model, error) {
	for _, m := range Known() {
		if name == m.Name || name == m.FileName() {
			return m, nil
		}
	}
	return Model{}, models.WithHint(fmt.Errorf("no model is called %q", name), `"earshot model list" names them; tiny.en is the smallest that is of use`)
}

// Path is where a model lies in a folder.
func (m Model) Path(dir string) string { return filepath.Join(dir, m.FileName()) }

// Verify holds a file against what is known of the model: its exact size, and its SHA-1 where one is published. Errors
// are ErrDamaged or those of reading.
func (m Model) Verify(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("model %s: %w", m.Name, err)
	}
	defer f.Close()
	h := sha1.New() //nolint:gosec // see above
	n, err := io.Copy(h, f)
	switch {
	case err != nil:
		return fmt.Errorf("model %s: %w", m.Name, err)
	case n != m.Bytes:
		return m.damaged(path, fmt.Sprintf("it has %d bytes, not %d", n, m.Bytes))
	case m.SHA1 != "" && hex.EncodeToString(h.Sum(nil)) != m.SHA1:
		return m.damaged(path, fmt.Sprintf("its SHA-1 is %x, not %s", h.Sum(nil), m.SHA1))
	}
	return nil
}

func (m Model) damaged(path, how string) error {
	return models.WithHint(fmt.Errorf("model file %s: %w: %s", path, ErrDamaged, how), "fetch it again with:  earshot model pull "+m.Name)
}
