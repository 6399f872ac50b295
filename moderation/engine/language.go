package engine

import (
	"io/fs"

	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// language is what rules may be made of.
var language = rules.Language{Conditions: conditions, Steps: steps, Forms: formNames(), Stems: match.StemLanguages}

// conditions are all kinds of conditions. A new one is a file of its own and a line here.
var conditions = []rules.ConditionKind{
	{Name: "any", New: func() rules.Condition { return &anyOf{} }},
	{Name: "all", New: func() rules.Condition { return &allOf{} }},
	{Name: "none", New: func() rules.Condition { return &noneOf{} }},
	{Name: "role", New: func() rules.Condition { return &role{} }},
	{Name: "speaker", New: func() rules.Condition { return &speaker{} }},
	{Name: "newcomer", New: func() rules.Condition { return &newcomer{} }},
	{Name: "says", New: func() rules.Condition { return &says{} }},
	{Name: "reveals", New: func() rules.Condition { return &reveals{} }},
	{Name: "repeats", New: func() rules.Condition { return &repeats{Times: 3, Within: 60_000, Similar: 0.9} }},
	{Name: "reported_speech", New: func() rules.Condition { return &reportedSpeech{} }},
	{Name: "floor", New: func() rules.Condition { return &takesFloor{Of: 300_000, MinSpeakers: 2} }},
	{Name: "heard", New: func() rules.Condition { return &heard{For: 1000} }},
	{Name: "spoken_language", New: func() rules.Condition { return &spokenLanguage{Sure: 0.8} }},
	{Name: "room", New: func() rules.Condition { return &inRoom{Within: 60_000} }},
	{Name: "ledger", New: func() rules.Condition { return &balances{} }},
	{Name: "if", New: func() rules.Condition { return &expression{} }},
}

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
