package speech

import (
	"fmt"
	"os"
	"strings"

	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
)

// NewFilter is the filter that the settings ask for. practice says that the practice model is used.
func NewFilter(cfg configs.Config, practice bool) (transcribe.Filter, error) {
	f, err := ReadPhantoms(cfg.Phantoms)
	percent := cfg.Confidence
	if percent == 0 && practice {
		percent = fixture.Confidence
	}
	return f.WithConfidence(float64(percent) / 100), err
}

// MaxPhantoms bounds a file of phrases, in bytes.
const MaxPhantoms = 1 << 20

// ReadPhantoms makes the filter of a file of phrases; one without phrases when there is no path.
func ReadPhantoms(path string) (transcribe.Filter, error) {
	if path == "" {
		return transcribe.Filter{}, nil
	}
	const hint = `the setting phantoms names a text file with one phrase a line, as "earshot model harvest --write" makes it`
	st, err := os.Stat(path)
	if err == nil && (st.Size() > MaxPhantoms || !st.Mode().IsRegular()) {
		err = fmt.Errorf("%s is no text file of at most %d bytes", path, MaxPhantoms)
	}
	if err != nil {
		return transcribe.Filter{}, models.WithHint(fmt.Errorf("phantoms: %w", err), hint)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return transcribe.Filter{}, models.WithHint(fmt.Errorf("phantoms: %w", err), hint)
	}
	var phrases []string
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "#") {
			phrases = append(phrases, line)
		}
	}
	return transcribe.NewFilter(phrases), nil
}
