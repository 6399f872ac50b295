package model

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/bench"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe/decoder"
)

// benchOptions holds the flags of "earshot bench".
type benchOptions struct {
	quick, json bool
	svg         string
	most        int
	windows     bool // see bench.Options.Windows
}

func newBenchCommand(env *cli.Env) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure how many speakers this machine can listen to",
		Long: `Plays recorded speech through the real pipeline (WebRTC, Opus, voice detection, Whisper, SQLite) in real time, with 1, 2, 4, 8,
16… speakers who each talk 30 % of the time, until transcription falls behind: 95 of 100 lines must be stored within 3 s of the
end of speech, and none may be missing. First it measures the cost of a second of speech, and compares it with the fixed
windows of whisper.cpp's stream example.

Run it with nothing else running. Times differ between machines; the ratios come from a single run.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return measure(env, cmd, o) },
	}
	cli.ModelFlag(cmd, "; one without weights measures cost, not text")
	cmd.Flags().BoolVar(&o.quick, "quick", false, "finish within 90 seconds: shorter steps, at most 16 speakers")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the results as one JSON object")
	cmd.Flags().StringVar(&o.svg, "svg", "", "write the results as an SVG image to this `FILE`")
	cmd.Flags().IntVar(&o.most, "most", 64, "try at most `N` speakers, 1 to 256")
	_ = cmd.MarkFlagFilename("svg", "svg")
	cmd.Flags().BoolVar(&o.windows, "windows", false, "what a part of the measurement calls")
	_ = cmd.Flags().MarkHidden("windows")
	return cmd
}

// defaultPartials is the interval between updates of unfinished lines that is measured if the setting turns them off.
const defaultPartials = 1500 * time.Millisecond

func measure(env *cli.Env, cmd *cobra.Command, o benchOptions) (err error) {
	if o.most < 1 || o.most > 256 {
		return cli.BadInput(fmt.Errorf("--most %d: must be a number from 1 to 256", o.most))
	}
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	partials := cmp.Or(cfg.Partials, defaultPartials)
	if cfg, err = benchConfig(cfg); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cfg.DataDir)) }()
	path, err := speech.ModelPath(cfg)
	if err != nil {
		return cli.BadInput(err)
	}
	server := ""
	if cfg.Decoder.URL != "" {
		server = cfg.Decoder.Model + "@" + cfg.Decoder.URL
	}
	if o.windows {
		return benchWindows(cmd.Context(), env, path)
	}
	c, err := bench.Measure(cmd.Context(), bench.Options{
		Version: env.Version, Model: path, Server: server, Quick: o.quick, Most: o.most, Partials: partials, Progress: env.Steps(),
		Player: freshApp{cfg}, Windows: windowsElsewhere(path),
	})
	if err != nil {
		return benchFailed(err)
	}
	return showCard(env, c, o)
}

// benchFailed marks errors caused by the model as bad input.
func benchFailed(err error) error {
	var model bench.ModelError
	if errors.As(err, &model) {
		return cli.BadInput(err)
	}
	return err
}

// benchConfig gives the measurement a temporary record and free ports; none of its data is kept.
func benchConfig(cfg configs.Config) (configs.Config, error) {
	dir, err := os.MkdirTemp("", "earshot-bench-*")
	cfg.VADModel = speech.VadModelPath(cfg) // the model may lie in the data folder, which is replaced below
	cfg.Database = ""                       // nothing measured belongs in the configured database
	cfg.DataDir, cfg.Listen, cfg.Lounge.UDPPort, cfg.Partials = dir, "127.0.0.1:0", 0, 0
	cfg.Lounge.PerAddress = 0 // everybody speaks from the same address
	return cfg, err
}

// freshApp plays each time with a new app.
type freshApp struct{ cfg configs.Config }

// Play implements bench.Player.
func (f freshApp) Play(ctx context.Context, parts []playback.Speech) (_ []models.Utterance, memory int64, err error) {
	l, err := web.Listen(ctx, f.cfg.Listen)
	if err != nil {
		return nil, 0, err
	}
	s, err := app.New(ctx, app.Options{
		Config: f.cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true, AllowNoWeights: true},
	})
	if err != nil {
		return nil, 0, errors.Join(err, l.Close())
	}
	defer s.Close()
	var session models.Session
	err = s.Run(ctx, l, func(ctx context.Context) (err error) {
		session, err = s.Play(ctx, l.Addr().String(), parts)
		memory = s.ResidentMB()
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	lines, err := s.Store.Utterances(ctx, session.ID)
	return lines, memory, err
}

// windowsElsewhere returns a function that runs this program again, as benchWindows, with the ggml backends in a folder.
func windowsElsewhere(model string) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, backends string) ([]byte, error) {
		self, err := decoder.Self()
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, self.Path, "bench", "--windows", "--model", model) //nolint:gosec // this program
		cmd.Args[0] = self.Args[0]
		cmd.Env = append(os.Environ(), "EARSHOT_GGML_BACKENDS="+backends)
		return cmd.Output()
	}
}

// benchWindows runs in the process that windowsElsewhere starts.
func benchWindows(ctx context.Context, env *cli.Env, model string) error {
	c, err := bench.Windows(ctx, model)
	if err != nil {
		return benchFailed(err)
	}
	return json.NewEncoder(env.Stdout).Encode(c)
}

// printer prints a card on a terminal.
type printer struct {
	io.Writer
	paint terminal.Palette
}

// Bold implements bench.Printer.
func (p printer) Bold(s string) string { return p.paint.Bold(s) }

// Table implements bench.Printer.
func (p printer) Table(rows [][]string) error { return terminal.Table(p.Writer, p.paint, rows) }

// showCard prints the card, and also draws it if --svg is given.
func showCard(env *cli.Env, c bench.Card, o benchOptions) error {
	if o.svg != "" {
		if err := os.WriteFile(o.svg, []byte(c.SVG()), 0o600); err != nil {
			return fmt.Errorf("draw the card: %w", err)
		}
	}
	if o.json {
		return env.JSON(c)
	}
	return c.Print(printer{env.Stdout, env.Paint()})
}
