package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/transcribe"
)

func newModelHarvest(a *cli) *cobra.Command {
	var o harvestOptions
	cmd := &cobra.Command{
		Use:   "harvest",
		Short: "List what a model invents where nobody speaks",
		Long: `Lets the model listen to silence, noise, hum, clicks and music, and lists the texts that it makes of them, how often, and
whether they would be doubted. With --write, texts that came more than once go into a file for the setting "phantoms":
lines that consist of nothing else are then taken for invented. Do it once for each model.`,
		Example: `  earshot model harvest --model ~/models/ggml-base.en.bin --minutes 20 --write ~/.config/earshot/phantoms.txt`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.harvest(cmd, o) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "language", "language", "two-letter code, several (en,id), or auto")
	cmd.Flags().IntVar(&o.minutes, "minutes", 5, "how much sound the model hears")
	cmd.Flags().BoolVar(&o.json, "json", false, "one JSON array")
	cmd.Flags().StringVar(&o.write, "write", "", "`FILE` for the texts that came more than once")
	return cmd
}

type harvestOptions struct {
	minutes int
	json    bool
	write   string
}

// invention is a text that a model made of sounds without speech.
type invention struct {
	Text   string   `json:"text"`
	Times  int      `json:"times"`
	Sounds []string `json:"sounds"`
	// LogProb is the mean of its log probabilities.
	LogProb float64 `json:"log_prob"`
	// Doubted is how often it would have been doubted if the voice detector had taken the sound for speech.
	Doubted int `json:"doubted"`
}

func (a *cli) harvest(cmd *cobra.Command, o harvestOptions) error {
	if o.minutes < 1 || o.minutes > 600 {
		return badInput(fmt.Errorf("--minutes %d is not between 1 and 600", o.minutes))
	}
	cfg, err := a.config(cmd)
	if err != nil {
		return err
	}
	filter, err := speech.ReadPhantoms(cfg.Phantoms)
	if err != nil {
		return badInput(err)
	}
	s, err := speech.Open(cfg, a.logger(cfg), speech.Options{})
	if err != nil {
		return badInput(err)
	}
	defer s.Close()
	options, err := speech.DecodeOptions(cfg, s.Notice != "", nil)
	if err != nil {
		return badInput(err)
	}
	var found []invention
	err = s.During(cmd.Context(), func(ctx context.Context) (err error) {
		found, err = a.hearNothing(ctx, s, options, filter, time.Duration(o.minutes)*time.Minute)
		return err
	})
	if err != nil {
		return err
	}
	if err := writePhantoms(o.write, s.Name, found); err != nil {
		return err
	}
	if o.json {
		return a.writeJSON(found)
	}
	return a.showHarvest(s.Name, o, found)
}

// trial is one stretch of sound without speech.
type trial struct {
	kind   noise.Kind
	length time.Duration
	dbfs   float64
	seed   uint64
}

// trials are stretches of all kinds, levels and lengths, of so much sound in all.
func trials(total time.Duration) []trial {
	var out []trial
	for i := uint64(0); ; i++ {
		for j, kind := range noise.Kinds() {
			t := trial{kind, []time.Duration{1500, 3000, 800, 6000, 12000}[i%5] * time.Millisecond, -15 - float64((i*7+uint64(j)*3)%40), i}
			if total -= t.length; total < 0 {
				return out
			}
			out = append(out, t)
		}
	}
}

// hearNothing decodes the trials on all slots.
func (a *cli) hearNothing(
	ctx context.Context, s *speech.Model, o transcribe.Options, f transcribe.Filter, total time.Duration,
) ([]invention, error) {
	todo := trials(total)
	bar := a.bar(len(todo), s.Name)
	defer bar.Close()
	next := make(chan trial, len(todo))
	for _, t := range todo {
		next <- t
	}
	close(next)
	var mu sync.Mutex
	found := map[string]*invention{}
	group, ctx := errgroup.WithContext(ctx)
	for _, e := range s.Engines {
		group.Go(func() error {
			for t := range next {
				u, err := hearTrial(ctx, e, o, f, t)
				if err != nil {
					return fmt.Errorf("%s of %v: %w", t.kind, t.length, err)
				}
				mu.Lock()
				note(found, t.kind, u)
				mu.Unlock()
				_ = bar.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return sorted(found), err
}

// hearTrial decodes a stretch as if a voice detector had taken it for speech.
func hearTrial(ctx context.Context, e transcribe.Decoder, o transcribe.Options, f transcribe.Filter, t trial) (models.Utterance, error) {
	if r, ok := e.(transcribe.Readier); ok {
		if err := r.Ready(ctx); err != nil {
			return models.Utterance{}, err
		}
	}
	pcm := noise.Make(t.kind, int(t.length.Seconds()*models.SampleRate), t.dbfs, t.seed)
	r, err := e.Decode(ctx, transcribe.Sound{PCM: pcm}, o)
	c := models.Clip{EndMS: t.length.Milliseconds(), VoicedMS: t.length.Milliseconds(), LevelDBFS: t.dbfs}
	return f.Utterance(c, r, ""), err
}

func note(found map[string]*invention, kind noise.Kind, u models.Utterance) {
	if u.Text == "" {
		return
	}
	key := strings.ToLower(u.Text)
	x := found[key]
	if x == nil {
		x = &invention{Text: u.Text}
		found[key] = x
	}
	x.LogProb = (x.LogProb*float64(x.Times) + u.LogProb) / float64(x.Times+1)
	x.Times++
	if len(u.Doubt) > 0 {
		x.Doubted++
	}
	if !slices.Contains(x.Sounds, string(kind)) {
		x.Sounds = append(x.Sounds, string(kind))
	}
}

// sorted puts the most frequent first.
func sorted(found map[string]*invention) []invention {
	out := make([]invention, 0, len(found))
	for _, x := range found {
		slices.Sort(x.Sounds)
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b invention) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// showHarvest prints the texts as a table.
func (a *cli) showHarvest(model string, o harvestOptions, found []invention) error {
	rows := [][]string{{"TIMES", "DOUBTED", "LOG PROB", "TEXT", "SOUNDS"}}
	sure := 0
	for _, x := range found {
		sure += x.Times - x.Doubted
		rows = append(
			rows,
			[]string{strconv.Itoa(x.Times), strconv.Itoa(x.Doubted), fmt.Sprintf("%.2f", x.LogProb), plain(x.Text), strings.Join(x.Sounds, ", ")},
		)
	}
	if len(found) > 0 {
		if err := table(a.stdout, a.palette(a.stdout), rows); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(
		a.stdout, "%s made %d different texts of %d minutes without speech; %d times one would not be doubted\n", plain(model),
		len(found), o.minutes, sure,
	)
	if err == nil && o.write != "" {
		_, err = fmt.Fprintf(a.stderr, "use them with  phantoms: %s  in the configuration\n", plain(o.write))
	}
	return err
}

// writePhantoms writes the texts that came more than once, one a line; nothing without a path.
func writePhantoms(path, model string, found []invention) error {
	if path == "" {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What %s makes of silence, noise, hum and music. A line that consists of nothing else is doubted.\n", plain(model))
	for _, x := range found {
		if x.Times > 1 {
			fmt.Fprintln(&b, plain(x.Text))
		}
	}
	return models.WithHint(os.WriteFile(path, []byte(b.String()), 0o600), "name a file that can be written with --write")
}

// bar is a progress bar on the error output, or nothing when that is no terminal.
func (a *cli) bar(n int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionSetVisibility(a.palette(a.stderr).on), progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
}
