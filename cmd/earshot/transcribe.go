package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/bot/audio"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/transcribe"
)

func newTranscribeCommand(a *app) *cobra.Command {
	format := ""
	cmd := &cobra.Command{
		Use:   "transcribe FILE…",
		Short: "Write down what is said in recordings (WAV, Ogg Opus)",
		Long: `Cuts recordings at pauses, as the bot does with live speech, and writes down what is said in each stretch. Nothing is
stored. The text goes to standard output, progress and advice to the error output.`,
		Example: `  earshot transcribe talk.wav --model ~/models/ggml-base.en.bin
  earshot transcribe talk.opus --format vtt > talk.vtt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.transcribe(cmd, args, format) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "language", "language", "two-letter code, several (en,id), or auto")
	cmd.Flags().StringVar(&format, "format", "txt", export.FormatNames())
	_ = cmd.MarkFlagFilename("model", "bin")
	return cmd
}

func (a *app) transcribe(cmd *cobra.Command, files []string, name string) error {
	format, err := export.ParseFormat(name)
	if err != nil {
		return badInput(err)
	}
	cfg, err := a.config(cmd)
	if err != nil {
		return err
	}
	vad, err := openVAD(cfg)
	if err != nil {
		return badInput(err)
	}
	if vad != nil {
		defer vad.Close()
	}
	recordings := make([]recording, len(files))
	for i, f := range files {
		if recordings[i], err = readRecording(f, cfg, newVAD(vad)); err != nil {
			return badInput(err)
		}
	}
	s, err := openSpeech(cfg, a.logger(cfg), speechOptions{})
	if err != nil {
		return badInput(err)
	}
	defer s.Close()
	filter, err := readPhantoms(cfg.Phantoms)
	if err != nil {
		return badInput(err)
	}
	options, err := decodeOptions(cfg, s.notice != "", nil)
	if err != nil {
		return badInput(err)
	}
	if s.notice != "" {
		fmt.Fprintln(a.stderr, "note: "+s.notice)
	}
	return s.during(cmd.Context(), func(ctx context.Context) error {
		failed := 0
		for _, r := range recordings {
			t, err := a.decodeAll(ctx, s, r, options, filter)
			if err != nil {
				return err
			}
			if len(recordings) > 1 && format == export.FormatText {
				fmt.Fprintf(a.stdout, "== %s\n", plain(r.name))
			}
			if err := export.Write(a.stdout, format, t); err != nil {
				return err
			}
			failed += failedLines(t)
		}
		return someFailed(failed)
	})
}

// recording is one file, decoded and cut.
type recording struct {
	name     string
	segments []audio.Segment
}

// readRecording reads a file by what it holds, not by what it is called.
func readRecording(path string, cfg configs.Config, newVAD func() audio.VAD) (recording, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return recording{}, models.WithHint(fmt.Errorf("recording: %w", err), "name a WAV or Ogg Opus file that can be read")
	}
	var pcm []float32
	switch {
	case bytes.HasPrefix(data, []byte("OggS")):
		pcm, err = audio.ReadOggOpus(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("RIFF")):
		pcm, err = audio.ReadWAV(bytes.NewReader(data))
	default:
		err = errors.New("it is neither a WAV nor an Ogg Opus file")
	}
	if err != nil {
		return recording{}, models.WithHint(fmt.Errorf("recording %s: %w", path, err), "WAV and Ogg Opus files can be read; convert others, for example:  ffmpeg -i FILE -ar 16000 -ac 1 talk.wav")
	}
	vad := newVAD()
	if c, ok := vad.(io.Closer); ok {
		defer c.Close()
	}
	segments, err := audio.Cut(pcm, segmentConfig(cfg), vad)
	return recording{filepath.Base(path), segments}, err
}

// decodeAll decodes a recording's segments on all slots, with a bar on a terminal.
func (a *app) decodeAll(ctx context.Context, s *speech, r recording, o transcribe.Options, f transcribe.Filter) (export.Transcript, error) {
	t := export.Transcript{Source: r.name}
	bar := a.bar(len(r.segments), plain(r.name))
	defer bar.Close()
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	next := make(chan int, len(r.segments))
	for i := range r.segments {
		next <- i
	}
	close(next)
	for _, e := range s.engines {
		group.Go(func() error {
			for i := range next {
				u, err := decodeSegment(ctx, e, r, i, o, f, s.name)
				if err != nil {
					return fmt.Errorf("%s at %s: %w", r.name, export.Clock(r.segments[i].Start/16), err)
				}
				mu.Lock()
				t.Utterances = append(t.Utterances, u)
				mu.Unlock()
				_ = bar.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	slices.SortFunc(t.Utterances, func(a, b models.Utterance) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return t, err
}

// decodeSegment decodes one stretch, at the second attempt if need be. One that can't be decoded becomes a failed line;
// an error means that nothing can be decoded any more.
func decodeSegment(ctx context.Context, e transcribe.Engine, r recording, i int, o transcribe.Options, f transcribe.Filter, model string) (models.Utterance, error) {
	seg := r.segments[i]
	clip := models.Clip{
		Key:     models.Key{Session: "file", Epoch: 1, Track: strings.ToLower(r.name), Seq: i + 1},
		StartMS: seg.Start / 16, EndMS: seg.End / 16, PCM: seg.PCM, VoicedMS: seg.VoicedMS, LevelDBFS: seg.LevelDBFS,
	}
	for range 2 {
		if r, ok := e.(transcribe.Readier); ok {
			if err := r.Ready(ctx); err != nil {
				return models.Utterance{}, err
			}
		}
		result, err := e.Transcribe(ctx, seg.PCM, o)
		if err == nil {
			return f.Utterance(clip, result, model), nil
		}
		if ctx.Err() != nil {
			return models.Utterance{}, err
		}
	}
	u := transcribe.NewUtterance(clip, transcribe.Result{}, model)
	u.State, u.Doubt = models.UtteranceFailed, nil
	return u, nil
}

// failedLines counts the stretches that could not be decoded.
func failedLines(t export.Transcript) (n int) {
	for _, u := range t.Utterances {
		if u.State == models.UtteranceFailed {
			n++
		}
	}
	return n
}

// someFailed is the error of a transcript with holes.
func someFailed(n int) error {
	if n == 0 {
		return nil
	}
	return models.WithHint(fmt.Errorf("%d stretches could not be decoded", n), "the text is written without them; --log-level warn says more")
}

// bar is a progress bar on the error output, or nothing when that is no terminal.
func (a *app) bar(n int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionSetVisibility(a.palette(a.stderr).on), progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
}

// segmentConfig is how the settings say that speech is cut.
func segmentConfig(cfg configs.Config) audio.SegmentConfig {
	s := audio.DefaultSegmentConfig()
	s.EndSilenceMS = int(cfg.Segment.EndSilence.Milliseconds())
	s.PreRollMS = int(cfg.Segment.PreRoll.Milliseconds())
	s.MinVoicedMS = int(cfg.Segment.Minimum.Milliseconds())
	s.MaxMS = int(cfg.Segment.Maximum.Milliseconds())
	s.PostRollMS = min(s.PostRollMS, s.EndSilenceMS)
	return s
}
