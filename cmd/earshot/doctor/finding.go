package doctor

import (
	"fmt"

	"earshot/models"
)

// State is how a check ended.
type State string

// The ends of a check. A note works, and is worth knowing.
const (
	OK   State = "ok"
	Note State = "note"
	Bad  State = "bad"
)

// Finding is what one check found, and what to do about it.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"`
	// Service says that the running service looked, with its own settings, secrets and rights.
	Service bool `json:"service,omitempty"`
}

func good(format string, args ...any) Finding {
	return Finding{State: OK, Text: fmt.Sprintf(format, args...)}
}

func noted(do, format string, args ...any) Finding {
	return Finding{State: Note, Text: fmt.Sprintf(format, args...), Do: do}
}

func failed(do, format string, args ...any) Finding {
	return Finding{State: Bad, Text: fmt.Sprintf(format, args...), Do: do}
}

// failure is the finding of an error, which brings its advice along.
func failure(err error, do string) Finding {
	if hint := models.Hint(err); hint != "" {
		do = hint
	}
	return failed(do, "%v", err)
}
