package engine

import (
	"io/fs"

	"earshot/models"
	"earshot/moderation/rules"
)

// LoadOptions says where rule files come from.
type LoadOptions struct {
	// FS holds the shipped packs in its root, such as "base.yaml". A bare name means
	// one of them first, a name with ".yaml" only when no file of that name is on disk. nil: there are none.
	FS fs.FS
	// Mode replaces the mode that the files set, unless it is empty. A rule's own mode still holds it back.
	Mode models.Mode
	// Confirm has a person confirm what cannot be undone, also where files say that a rule may do it by itself.
	Confirm bool
	// Transcribe turns a recording that a check names into lines, for RunChecks: the path is beside the rule file, and lines
	// carry words with times and probabilities. nil: checks of recordings are left out, and their results say so.
	Transcribe func(path string) ([]models.Utterance, error)
}

// Load reads rule files and everything they use, and compiles them into one set. Several paths are merged as if one file
// used them all: later settings win, duplicate rule ids are mistakes. The error is a *rules.LoadError with every mistake.
func Load(opts LoadOptions, paths ...string) (*Set, error) {
	files, probs := rules.Load(language, opts.FS, paths...)
	set := compile(files, opts.Mode, probs)
	if err := probs.Err(); err != nil {
		return nil, err
	}
	if opts.Confirm && len(set.automatic) > 0 {
		set.automatic = nil
		set.hash = digest(12, set.hash, "confirm")
	}
	return set, nil
}
