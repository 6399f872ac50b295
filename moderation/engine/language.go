package engine

import (
	"io/fs"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// language is what rules may be made of.
var language = rules.Language{Conditions: condition.Kinds, Steps: steps, Forms: formNames(), Stems: match.StemLanguages}

// steps are all kinds of steps.
var steps = []rules.StepKind{
	{Name: "ask", New: func() rules.StepContent { return &ask{Who: []models.Role{models.RoleHost}, Expires: 60_000} }},
	{Name: "add", New: func() rules.StepContent { return &add{} }},
	{Name: "tell", New: func() rules.StepContent { return &tell{} }},
	{Name: "redact", New: func() rules.StepContent { return &redact{RedactText: true} }},
	{Name: "nudge", New: func() rules.StepContent { return newMessage(models.VerbNudge) }},
	{Name: "warn", New: func() rules.StepContent { return newMessage(models.VerbWarn) }},
	{Name: "mute", New: func() rules.StepContent { return &restrict{verb: models.VerbMute} }},
	{Name: "to_audience", New: func() rules.StepContent { return &restrict{verb: models.VerbToAudience} }},
	{Name: "remove", New: func() rules.StepContent { return &restrict{verb: models.VerbRemove} }},
	{Name: "ban", New: func() rules.StepContent { return &restrict{verb: models.VerbBan} }},
}

func formNames() []string {
	out := make([]string, len(match.Forms))
	for i, f := range match.Forms {
		out[i] = string(f)
	}
	return out
}

// Schema is the JSON Schema (draft 2020-12) of rule files, for editors.
func Schema() []byte { return rules.Schema(language) }

// LoadOptions says where rule files come from.
type LoadOptions struct {
	// FS holds the shipped packs in its root, such as "base.yaml". A bare name means
	// one of them first, a name with ".yaml" only when no file of that name is on disk. nil: there are none.
	FS fs.FS
	// Mode replaces the mode that the files set, unless it is empty. A rule's own mode still holds it back.
	Mode models.Mode
	// TextModel says what lines mean; nil is the shipped one.
	TextModel *textmodel.Model
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
	set := compile(files, opts.Mode, opts.TextModel, probs)
	if err := probs.Err(); err != nil {
		return nil, err
	}
	if opts.Confirm && len(set.automatic) > 0 {
		set.automatic = nil
		set.hash = digest(12, set.hash, "confirm")
	}
	return set, nil
}
