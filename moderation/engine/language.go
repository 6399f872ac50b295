package engine

import (
	"crypto/sha256"
	"slices"

	"earshot/models"
	"earshot/models/weakcache"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// language defines what rules consist of.
var language = rules.Language{Conditions: condition.Kinds, Steps: steps, Forms: formNames(), Stems: match.StemLanguages}

// steps lists all kinds of steps.
var steps = []rules.StepKind{
	{Name: "ask", New: func() rules.StepContent { return &ask{Who: []models.Role{models.RoleHost}, Expires: 60_000} }},
	{Name: "add", New: func() rules.StepContent { return &add{} }},
	{Name: "tell", New: func() rules.StepContent { return &tell{} }},
	{Name: "redact", New: func() rules.StepContent { return &redact{RedactText: true} }},
	{Name: "nudge", New: func() rules.StepContent { return newMessage(models.VerbNudge) }},
	{Name: "warn", New: func() rules.StepContent { return newMessage(models.VerbWarn) }},
	{Name: "mute", New: func() rules.StepContent { return &restrict{verb: models.VerbMute} }},
	{Name: "to_audience", New: func() rules.StepContent { return &restrict{verb: models.VerbToAudience} }},
	{Name: "newcomers_listen_only", New: func() rules.StepContent { return &restrict{verb: models.VerbNewcomersListen} }},
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

// origin is all that a set is compiled from, without a text model of its own.
type origin struct {
	sum     [sha256.Size]byte // of the files
	mode    models.Mode
	confirm bool
}

// inUse has the sets in use: most profiles of a server load the same packs, and compiling takes most of the time of loading.
var inUse weakcache.Cache[origin, Set]

// Load reads rule files and everything they use, and compiles them into one set. Several paths are merged as if one file used them
// all: later settings win, duplicate rule ids are errors. The own file of the options comes last. The error is a
// *rules.LoadError with every problem. As long as a set is in use, those who load the same rules again get the same set.
func Load(opts LoadOptions, paths ...string) (*Set, error) {
	files, probs := rules.Load(language, opts.FS, opts.Drafts, opts.withOwn(paths)...)
	if opts.TextModelFile != "" || probs.Err() != nil {
		return load(files, opts, probs)
	}
	return inUse.Get(origin{files.Sum, opts.Mode, opts.Confirm}, func() (*Set, error) { return load(files, opts, probs) })
}

func load(files *rules.Files, opts LoadOptions, probs *rules.Problems) (*Set, error) {
	set := compile(files, opts, probs)
	if err := probs.Err(); err != nil {
		return nil, err
	}
	if opts.TextModelFile != "" {
		set.disk = append(slices.Clip(set.disk), opts.TextModelFile)
	}
	if opts.Confirm && len(set.automatic) > 0 {
		set.automatic = nil
		set.hash = digest(12, set.hash, "confirm")
	}
	return set, nil
}
