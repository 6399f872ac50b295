// Package doctor looks at all that Earshot needs, and says what it found and what to do about it. Nothing is changed. Its
// checks are values with a name; what they look with is given by whoever wires the program.
package doctor

import (
	"context"
	"fmt"

	"earshot/configs"
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

// Config is what is looked at, and with what. All of it must be set, but for Environ.
type Config struct {
	Settings configs.Config
	File     string   // the settings were read from it; "" for none
	Environ  []string // "NAME=value", for the variables that name files with secrets
	Database string   // the record's file
	// Join lets the doctor enter the configured rooms for a moment.
	Join bool

	Speech  Speech
	Sound   Sound
	Files   Files
	Service Service
	Network Network
	Machine Machine
}

// doctor holds what all checks share.
type doctor struct{ Config }

// Check is one look, which may find several things. Look may take as long as other machines do; it ends early with its
// context, and what it then returns means nothing.
type Check struct {
	Name string
	Look func(context.Context) []Finding
	// Service says that a running service is asked instead: only it has the environment, the rights and the ports that matter.
	Service bool
}

// Checks are all checks, in the order in which they are told.
func Checks(c Config) []Check {
	d := &doctor{c}
	one := func(look func(context.Context) Finding) func(context.Context) []Finding {
		return func(ctx context.Context) []Finding { return []Finding{look(ctx)} }
	}
	return []Check{
		{"settings", one(d.settings), false},
		{"service", one(d.service), false},
		{"model", one(d.model), true},
		{"decoder", one(d.decoder), true},
		{"ggml", one(d.backends), false},
		{"libopus", one(d.opus), false},
		{"voice detection", one(d.vad), true},
		{"rules", one(d.rules), true},
		{"data folder", one(d.folder), false},
		{"record", one(d.record), false},
		{"disk", one(d.disk), false},
		{"clock", one(d.time), false},
		{"page", one(d.page), true},
		{"udp ports", d.ports, true},
		{"ice", d.ice, true},
		{"rooms", d.rooms, true},
		{"secrets", d.secrets, true},
		{"notices", one(d.notices), true},
		{"language models", d.endpoints, true},
	}
}

// Run looks at everything and hands each finding to tell as soon as it is there, with the name of its check. It returns
// how many are bad, and the context's error when that ends.
func Run(ctx context.Context, c Config, tell func(Finding)) (bad int, err error) {
	serving := c.Service.Serving(ctx)
	for _, check := range Checks(c) {
		look := check.Look
		if serving && check.Service {
			look = c.byService(check.Name)
		}
		for _, f := range look(ctx) {
			if ctx.Err() != nil {
				return bad, ctx.Err()
			}
			f.Check = check.Name
			if f.State == Bad {
				bad++
			}
			tell(f)
		}
	}
	return bad, nil
}

// byService has the running service look.
func (c Config) byService(check string) func(context.Context) []Finding {
	return func(ctx context.Context) []Finding {
		found, err := c.Service.Examine(ctx, check, c.Join)
		if err != nil {
			return []Finding{failure(fmt.Errorf("the service was asked, and did not say: %w", err), "look into its log, or restart it")}
		}
		for i := range found {
			found[i].Service = true
		}
		return found
	}
}
