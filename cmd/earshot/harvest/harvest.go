// Package harvest finds out which texts a model makes of sounds in which nobody speaks.
package harvest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/transcribe"
)

// Invention is a text that a model made of sounds without speech.
type Invention struct {
	Text   string   `json:"text"`
	Times  int      `json:"times"`
	Sounds []string `json:"sounds"`
	// LogProb is the mean of its log probabilities.
	LogProb float64 `json:"log_prob"`
	// Doubted is how often it would have been doubted if the voice detector had taken the sound for speech.
	Doubted int `json:"doubted"`
}

// Trial is one stretch of sound without speech.
type Trial struct {
	kind   noise.Kind
	length time.Duration
	dbfs   float64
	seed   uint64
}

// Trials are stretches of all kinds, levels and lengths, of so much sound in all.
func Trials(total time.Duration) []Trial {
	var out []Trial
	for i := uint64(0); ; i++ {
		for j, kind := range noise.Kinds() {
			t := Trial{kind, []time.Duration{1500, 3000, 800, 6000, 12000}[i%5] * time.Millisecond, -15 - float64((i*7+uint64(j)*3)%40), i}
			if total -= t.length; total < 0 {
				return out
			}
			out = append(out, t)
		}
	}
}

// Run has a model that runs decode the trials on all its slots, and returns what it made of them, the most frequent first. did is
// called after each trial, from several goroutines.
func Run(
	ctx context.Context, s *speech.Model, trials []Trial, o transcribe.Options, f transcribe.Filter, did func(),
) ([]Invention, error) {
	next := make(chan Trial, len(trials))
	for _, t := range trials {
		next <- t
	}
	close(next)
	var mu sync.Mutex
	found := map[string]*Invention{}
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
				did()
			}
			return nil
		})
	}
	err := group.Wait()
	return sorted(found), err
}

// hearTrial decodes a stretch as if a voice detector had taken it for speech.
func hearTrial(ctx context.Context, e transcribe.Decoder, o transcribe.Options, f transcribe.Filter, t Trial) (models.Utterance, error) {
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

func note(found map[string]*Invention, kind noise.Kind, u models.Utterance) {
	if u.Text == "" {
		return
	}
	key := strings.ToLower(u.Text)
	x := found[key]
	if x == nil {
		x = &Invention{Text: u.Text}
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
func sorted(found map[string]*Invention) []Invention {
	out := make([]Invention, 0, len(found))
	for _, x := range found {
		slices.Sort(x.Sounds)
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b Invention) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// Write writes the texts that came more than once, one a line, as the setting phantoms reads them; nothing without a path.
func Write(path, model string, found []Invention) error {
	if path == "" {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(
		&b, "# What %s makes of silence, noise, hum and music. A line that consists of nothing else is doubted.\n",
		terminal.Plain(model),
	)
	for _, x := range found {
		if x.Times > 1 {
			fmt.Fprintln(&b, terminal.Plain(x.Text))
		}
	}
	return models.WithHint(os.WriteFile(path, []byte(b.String()), 0o600), "name a file that can be written with --write")
}
