package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
)

// health is how a check ended.
type health string

// The ends of a check. A note works, and is worth knowing.
const (
	healthOK   health = "ok"
	healthNote health = "note"
	healthBad  health = "bad"
)

// finding is what one check found, and what to do about it.
type finding struct {
	Check string `json:"check"`
	State health `json:"state"`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"`
}

func good(format string, args ...any) finding {
	return finding{State: healthOK, Text: fmt.Sprintf(format, args...)}
}

func noted(do, format string, args ...any) finding {
	return finding{State: healthNote, Text: fmt.Sprintf(format, args...), Do: do}
}

func failed(do, format string, args ...any) finding {
	return finding{State: healthBad, Text: fmt.Sprintf(format, args...), Do: do}
}

// failure is the finding of an error, which brings its advice along.
func failure(err error, do string) finding {
	if hint := models.Hint(err); hint != "" {
		do = hint
	}
	return failed(do, "%v", err)
}

// doctor looks at all that a service needs.
type doctor struct {
	app *app
	cfg configs.Config
	log *slog.Logger
	// join lets it enter the configured rooms for a moment.
	join bool
	// space measures the file system of a folder: what is free, in bytes and files. clock says how far this machine's is off,
	// and whether that is known. Tests give others.
	space func(dir string) (bytes, files uint64, err error)
	clock func() (synchronised bool, err error)
}

// check is one look, which may find several things.
type check struct {
	name string
	look func(context.Context) []finding
}

func (d *doctor) checks() []check {
	one := func(look func(context.Context) finding) func(context.Context) []finding {
		return func(ctx context.Context) []finding { return []finding{look(ctx)} }
	}
	return []check{
		{"model", one(d.model)},
		{"decoder", one(d.decoder)},
		{"ggml", one(d.backends)},
		{"libopus", one(d.opus)},
		{"voice detection", one(d.vad)},
		{"rules", one(d.rules)},
		{"data folder", one(d.folder)},
		{"record", one(d.record)},
		{"disk", one(d.disk)},
		{"clock", one(d.time)},
		{"page", one(d.page)},
		{"udp ports", d.ports},
		{"ice", d.ice},
		{"rooms", d.rooms},
		{"secrets", d.secrets},
		{"notices", one(d.notices)},
		{"language models", d.endpoints},
	}
}

func newDoctorCommand(a *app) *cobra.Command {
	asJSON, join := false, false
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check all that Earshot needs, and say what to do",
		Long: `Looks at the model and what decodes with it, the rules, the record and its disk, the clock, the ports, the STUN and TURN
servers, the rooms of the configuration, and those who are told of flags. Nothing is changed, and no notice is sent. It may
run beside a service; run it as the user that the service runs as.

Each line says ok, note (it works, and is worth knowing) or bad, and what to do. It exits with 3 when something is bad.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := a.report(cmd)
			if err != nil {
				return err
			}
			d := &doctor{app: a, cfg: r.Config, log: a.talkLogger(r), join: join, space: freeSpace, clock: clockState}
			return a.diagnose(cmd.Context(), d, r.File, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array of findings")
	cmd.Flags().BoolVar(&join, "join", false, "enter each configured room for a moment, to see what the bot may do there; people see it come and go")
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	return cmd
}

func (a *app) diagnose(ctx context.Context, d *doctor, file string, asJSON bool) error {
	settings := good("%s", file)
	if file == "" {
		settings = noted(`"earshot config path" lists where one is looked for`, "no file; the defaults hold")
	}
	settings.Check = "settings"
	all := []finding{settings}
	if !asJSON {
		a.printFinding(settings)
	}
	bad := 0
	for _, c := range d.checks() {
		for _, f := range c.look(ctx) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			f.Check = c.name
			if f.State == healthBad {
				bad++
			}
			all = append(all, f)
			if !asJSON {
				a.printFinding(f)
			}
		}
	}
	var err error
	if asJSON {
		err = a.writeJSON(all)
	}
	if bad > 0 {
		err = errors.Join(err, fmt.Errorf("%s found", models.Count(bad, "problem")))
	}
	return checksFailed(err)
}

func (a *app) printFinding(f finding) {
	paint := a.palette(a.stdout)
	state := fmt.Sprintf("%-4s", f.State)
	switch f.State {
	case healthBad:
		state = paint.alert(state)
	case healthNote:
		state = paint.warn(state)
	}
	fmt.Fprintf(a.stdout, "%s  %-15s  %s\n", state, f.Check, strings.ReplaceAll(plainLines(f.Text), "\n", "; "))
	if f.Do != "" && f.State != healthOK {
		fmt.Fprint(a.stdout, indent("                       → ", plainLines(f.Do)))
	}
}
