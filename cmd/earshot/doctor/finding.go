package doctor

import (
	"fmt"

	"earshot/models"
)

// State is the result of a check.
type State string

// The results of a check. A note is not a problem, but worth knowing.
const (
	OK   State = "ok"
	Note State = "note"
	Bad  State = "bad"
)

// Finding is what a check found, and what to do about it.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"`
	// Service: found by the running service, with its settings, secrets and rights.
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

// failure returns the finding for an error, with the error's hint as advice.
func failure(err error, do string) Finding {
	if hint := models.Hint(err); hint != "" {
		do = hint
	}
	return failed(do, "%v", err)
}
