package doctor

import (
	"context"
	"fmt"
)

// Checks returns all checks, in the order in which they are reported.
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
		{"metrics", one(d.metrics), true},
		{"udp ports", d.ports, true},
		{"ice", d.ice, true},
		{"rooms", d.rooms, true},
		{"jitsi", one(d.jitsi), true},
		{"secrets", d.secrets, true},
		{"notices", one(d.notices), true},
		{"language models", d.endpoints, true},
	}
}

// Run performs all checks and calls tell with each finding as it arrives, and with its check's name. It returns the number of
// bad findings, and the context's error if that ended.
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

// byService has the running service perform a check.
func (c Config) byService(check string) func(context.Context) []Finding {
	return func(ctx context.Context) []Finding {
		found, err := c.Service.Examine(ctx, check, c.Join)
		if err != nil {
			return []Finding{failure(fmt.Errorf("the service was asked, and did not say: %w", err), "check its log, or restart it")}
		}
		for i := range found {
			found[i].Service = true
		}
		return found
	}
}
