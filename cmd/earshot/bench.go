package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
)

// benchOptions are the flags of earshot bench.
type benchOptions struct {
	quick, json bool
	svg         string
	most        int
	windows     bool          // see measureStockStream
	partials    time.Duration // as configured
}

func newBenchCommand(a *app) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure how many speakers this machine can listen to",
		Long: `Replays taped speech over the real path (WebRTC, Opus, voice detection, Whisper, SQLite) at real time, to 1, 2, 4, 8, 16…
speakers who talk 30 % of the time, until the text comes too late: 95 of 100 lines must be stored within 3 s after the
end of speech, and none may be missing. Before that it measures what a second of speech costs, and what it would cost
with the windows of whisper.cpp's stream example.

Measure with nothing else running. Times differ from machine to machine; the ratios are taken in one run.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.bench(cmd, o) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file; one without weights measures cost, not words")
	cmd.Flags().BoolVar(&o.quick, "quick", false, "end within 90 seconds: shorter steps, at most 16 speakers")
	cmd.Flags().BoolVar(&o.json, "json", false, "the card as one JSON object")
	cmd.Flags().StringVar(&o.svg, "svg", "", "draw the card into this `FILE`")
	cmd.Flags().IntVar(&o.most, "most", 64, "the most speakers to try, 1 to 256")
	_ = cmd.MarkFlagFilename("svg", "svg")
	cmd.Flags().BoolVar(&o.windows, "windows", false, "what a part of the measurement calls")
	_ = cmd.Flags().MarkHidden("windows")
	return cmd
}

// card is the capacity card: what earshot bench found.
type card struct {
	Version string    `json:"version"`
	Model   string    `json:"model"`
	Weights bool      `json:"weights"` // false: a test model, whose words mean nothing
	Cores   int       `json:"cores"`
	When    time.Time `json:"when"`
	costs
	Steps []step `json:"steps"`
	// Speakers is the most speakers within the gate, 0 for none; Limited says the gate was not reached.
	Speakers int  `json:"speakers"`
	Limited  bool `json:"limited"`
	GateMS   int  `json:"gate_ms"`
}

const (
	benchGate = 3 * time.Second
	// quickTime is what a quick measurement must end within, with room for what a last step takes beyond its length.
	quickTime = 80 * time.Second
	// stockBefore: a quick measurement that has taken so long leaves the comparison without BLAS out.
	stockBefore = 65 * time.Second
	// defaultPartials is how often open lines are shown where the setting turns that off.
	defaultPartials = 1500 * time.Millisecond
)

func (a *app) bench(cmd *cobra.Command, o benchOptions) (err error) {
	if o.most < 1 || o.most > 256 {
		return badInput(fmt.Errorf("--most %d: a number from 1 to 256 belongs here", o.most))
	}
	cfg, err := a.config(cmd)
	if err != nil {
		return err
	}
	if o.windows {
		path, err := modelPath(cfg)
		if err != nil {
			return err
		}
		return a.benchWindows(cmd.Context(), path)
	}
	if o.partials = cfg.Partials; o.partials == 0 {
		o.partials = defaultPartials
	}
	if cfg, err = benchConfig(cfg); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cfg.DataDir)) }()
	tape, err := openTape()
	if err != nil {
		return err
	}
	c := card{Version: version, Cores: runtime.NumCPU(), When: time.Now().UTC(), GateMS: int(benchGate.Milliseconds())}
	progress := a.steps()
	progress("measuring what a second of speech costs")
	if err := c.measureCosts(cmd.Context(), cfg, tape, o, progress); err != nil {
		return badInput(err)
	}
	if err := c.climb(cmd.Context(), cfg, tape, o, progress); err != nil {
		return err
	}
	if !o.quick || time.Since(c.When) < stockBefore {
		path, err := modelPath(cfg)
		if err == nil {
			err = c.compareStock(cmd.Context(), path, progress)
		}
		if err != nil {
			return badInput(err)
		}
	}
	return a.showCard(c, o)
}

// benchConfig gives the measurement a record of its own and free ports; nothing of it is kept.
func benchConfig(cfg configs.Config) (configs.Config, error) {
	dir, err := os.MkdirTemp("", "earshot-bench-*")
	cfg.VADModel = vadModelPath(cfg) // it may lie in the folder that is left
	cfg.DataDir, cfg.Listen, cfg.Lounge.UDPPort, cfg.Partials = dir, "127.0.0.1:0", 0, 0
	return cfg, err
}

// climb tries ever more speakers until the gate breaks.
func (c *card) climb(ctx context.Context, cfg configs.Config, tape []tapeLine, o benchOptions, progress func(string)) error {
	most, length := o.most, time.Minute
	if o.quick {
		most, length = min(most, 16), 11*time.Second
	}
	for n := 1; n <= most; n *= 2 {
		if o.quick && n > 1 && time.Since(c.When)+length > quickTime {
			progress("no time is left for more speakers")
			return nil
		}
		progress(fmt.Sprintf("%s for %d s", models.Count(n, "speaker"), int(length.Seconds())))
		s, err := runStep(ctx, cfg, tape, n, length)
		if err != nil {
			return err
		}
		c.Steps = append(c.Steps, s)
		if !s.within(benchGate) {
			c.Limited = true
			return nil
		}
		c.Speakers = n
	}
	return nil
}

// steps tells long work's steps on the error output.
func (a *app) steps() func(string) {
	began := time.Now()
	return func(what string) { fmt.Fprintf(a.stderr, "%4.0f s  %s\n", time.Since(began).Seconds(), what) }
}

// showCard prints the card and draws it where asked to.
func (a *app) showCard(c card, o benchOptions) error {
	if o.svg != "" {
		if err := os.WriteFile(o.svg, []byte(c.svg()), 0o600); err != nil {
			return fmt.Errorf("draw the card: %w", err)
		}
	}
	if o.json {
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		return e.Encode(c)
	}
	return c.print(a.stdout, a.palette(a.stdout))
}
