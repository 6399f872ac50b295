package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/transcript"
)

// Is reports whether a path may be a recording: a folder, or a file that is not named like a transcript.
func Is(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir() || !transcript.Known(path)
}

// Look examines a recording. It reports all mistakes at once; its errors are models.InputError.
func Look(path string, o Options) (_ *Plan, err error) {
	p := &Plan{Path: path}
	defer func() {
		if err != nil && p.store != nil {
			err = errors.Join(err, p.Close())
		}
		err = models.BadInput(err)
	}()
	if p.store, err = open(path); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	found, err := p.find()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if abs, e := filepath.Abs(path); e == nil && strings.Trim(base, "./") == "" {
		base = filepath.Base(abs)
	}
	p.Name = base
	p.understand(found)
	if !o.Start.IsZero() {
		p.Started = o.Start
	}
	p.Started = p.Started.UTC().Truncate(time.Millisecond)
	if err := errors.Join(p.name(o.Names), p.offset(o.Offsets), p.collisions()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p.noteUnnamed()
	sum, err := p.digest()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p.Session = transcript.Slug(base) + "-" + sum
	return p, nil
}

// digest identifies a recording by the names, sizes and first bytes of its tracks.
func (p *Plan) digest() (string, error) {
	sum := sha256.New()
	for _, t := range p.Tracks {
		b, err := head(p.store, t.File)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(sum, "%s %d %d ", filepath.Base(t.File), t.Bytes, len(b))
		_, _ = sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil)[:4]), nil
}
