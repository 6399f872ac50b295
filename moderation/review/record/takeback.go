package record

import (
	"slices"

	"earshot/models"
)

// toTakeBack returns the actions of a flag that are still in effect, latest first: those whose end has not been seen, whatever the
// time.
func toTakeBack(actions []models.Action) (out []models.Action) {
	type done struct {
		verb   models.Verb
		target string
	}
	later := map[done]bool{}
	for _, a := range slices.Backward(actions) {
		if a.State != models.ActionSeen && a.State != models.ActionSent {
			continue
		}
		back := a.Verb.Undo()
		if back != "" && !later[done{back, a.TargetID}] && !later[done{a.Verb, a.TargetID}] {
			out = append(out, a)
		}
		later[done{a.Verb, a.TargetID}] = true
	}
	return out
}
