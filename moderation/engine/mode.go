package engine

import (
	"cmp"
	"path/filepath"

	"earshot/models"
	"earshot/moderation/rules"
)

// fileModes returns how far the rules of each file may go: as far as the named file allows through which they are loaded, or the strictest
// if there are several. So adding a file that acts does not make the rules of the others act. It returns nil if the setting mode overrides
// the files.
func fileModes(named []*rules.File, override models.Mode) map[string]models.Mode {
	if override != "" {
		return nil
	}
	modes := map[string]models.Mode{}
	for _, n := range named {
		mode := models.Mode("")
		for _, f := range n.Closure() {
			mode = cmp.Or(f.Mode, mode)
		}
		for _, f := range n.Closure() {
			if mode != "" {
				modes[fileKey(f)] = weaker(mode, modes[fileKey(f)])
			}
		}
	}
	return modes
}

// fileKey is the path of a file on disk, or the name of a shipped one.
func fileKey(f *rules.File) string { return filepath.Join(f.Dir, f.Pack+".yaml") }

// modeOf returns how far the rules of a file may go.
func (s *Set) modeOf(f *rules.File) models.Mode { return s.ModeOf(fileKey(f)) }

// ModeOf returns how far the rules of a file may go, by its absolute path.
func (s *Set) ModeOf(path string) models.Mode { return cmp.Or(s.modes[path], s.mode) }

// otherModes returns the modes that differ from the set's own.
func (s *Set) otherModes() map[string]models.Mode {
	other := map[string]models.Mode{}
	for file, mode := range s.modes {
		if mode != s.mode {
			other[filepath.Base(file)] = mode
		}
	}
	return other
}

// weaker returns the weaker of two modes; an empty one does not count.
func weaker(a, b models.Mode) models.Mode {
	if a == "" || (b != "" && modeRank(b) < modeRank(a)) {
		return b
	}
	return a
}

func modeRank(m models.Mode) int {
	switch m {
	case models.ModeSuggest:
		return 1
	case models.ModeAct:
		return 2
	}
	return 0
}
