package record

import (
	"slices"

	"earshot/models"
)

// toTakeBack is what was done because of a flag and still holds, the last first: until its end was seen, whatever the time.
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
