package record

import (
	"context"

	"earshot/moderation/engine/draft"
)

// RuleFiles are the rule files in use that can be edited. draft.Files implements it; its methods may be called by many goroutines at
// once.
type RuleFiles interface {
	RuleForms
	Files() []draft.File
	Check(id, text string, say []string) (draft.Checked, error)
	Save(ctx context.Context, id, text, seen, by string) error
}

// RuleForms are changes to rule files for people who do not write YAML.
type RuleForms interface {
	// Choices lists what the changes of a file can be about.
	Choices(id string) (draft.Choices, error)
	// Amend returns the text of a file with a change; nothing is written.
	Amend(id string, a draft.Amendment) (string, error)
}
