package engine

import (
	"slices"

	"earshot/models"
)

// Answered indexes the stored flags of a session by line.
type Answered map[models.Key][]models.Flag

// NewAnswered indexes the flags of a session.
func NewAnswered(flags []models.Flag) Answered {
	out := Answered{}
	for _, f := range flags {
		out[f.Utterance] = append(out[f.Utterance], f)
	}
	return out
}

// Answer returns how a host decided a rule's flag on a line, or another rule's flag there.
func (d Answered) Answer(k models.Key, rule string) models.FlagStatus {
	flags := d[k]
	if i := slices.IndexFunc(flags, func(f models.Flag) bool { return f.Rule == rule }); i >= 0 {
		return flags[i].Status
	}
	for _, f := range flags {
		if f.Status != models.FlagOpen {
			return f.Status
		}
	}
	return models.FlagOpen
}
