// Package transcripts transcribes recordings with the configured model and settings, as the bot would hear them in a room: into
// documents, for rule checks, and to measure a model.
package transcripts

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// Config says how recordings are transcribed.
type Config struct {
	Settings configs.Config
	// Stdin is the recording named "-".
	Stdin io.Reader
	// Path is where to look for ffmpeg: folders, as in $PATH.
	Path string
	// Channels treats each channel as a separate speaker.
	Channels bool
	Log      *slog.Logger
}

// Transcriber holds what recordings are transcribed with: model, voice detector and settings.
type Transcriber struct {
	// Notices are what readers of the text should know about the model.
	Notices []string

	opener  recording.Opener
	options recording.Options
	speech  *speech.Model
	vad     *whisper.VADModel
}

// New opens what the settings name; errors are models.InputError. The caller must call Close.
func New(c Config) (_ *Transcriber, err error) {
	t := &Transcriber{opener: recording.Opener{Stdin: c.Stdin, Convert: speech.FFmpeg(c.Path)}}
	defer func() {
		if err != nil {
			err = models.BadInput(errors.Join(err, t.Close()))
		}
	}()
	if t.vad, err = speech.OpenVAD(c.Settings); err != nil {
		return nil, err
	}
	if t.speech, err = speech.Open(c.Settings, c.Log, speech.Options{}); err != nil {
		return nil, err
	}
	t.options = recording.Options{
		Segment: speech.SegmentConfig(c.Settings), VAD: speech.NewVAD(t.vad), Decoders: t.speech.Engines, Model: t.speech.Name,
		Channels: c.Channels,
	}
	if t.options.Filter, err = speech.NewFilter(c.Settings, t.speech.Notice != ""); err != nil {
		return nil, err
	}
	if t.options.Decode, err = speech.DecodeOptions(c.Settings, t.speech.Notice != "", nil); err != nil {
		return nil, err
	}
	t.Notices = t.speech.Notices(t.options.Decode)
	return t, nil
}

// Model returns the model's name.
func (t *Transcriber) Model() string { return t.speech.Name }

// During calls do while the decoders run; recordings are transcribed only then.
func (t *Transcriber) During(ctx context.Context, do func(context.Context) error) error {
	return t.speech.During(ctx, do)
}

// Close releases what New opened.
func (t *Transcriber) Close() (err error) {
	if t.speech != nil {
		err = t.speech.Close()
	}
	if t.vad != nil {
		err = errors.Join(err, t.vad.Close())
	}
	return err
}

// Judge transcribes a recording and applies the rules to its lines.
func (t *Transcriber) Judge(ctx context.Context, path, reference string) ([]recording.Judged, error) {
	s, err := t.opener.Open(ctx, path)
	if err != nil {
		return nil, models.BadInput(err)
	}
	said, _, err := t.lines(ctx, s)
	if err != nil {
		return nil, err
	}
	return recording.Judge(said, reference, func(u models.Utterance) float64 {
		return transcribe.Confidence(
			models.Clip{StartMS: u.StartMS, EndMS: u.EndMS, ConcealedMS: u.ConcealedMS}, transcribe.Result{Words: u.Words},
		)
	}), nil
}

// lines transcribes an open recording and closes it.
func (t *Transcriber) lines(ctx context.Context, s *recording.Source) ([]models.Utterance, recording.Report, error) {
	var found foundLines
	report, err := recording.Transcribe(ctx, s, t.options, &found)
	return found.said, report, errors.Join(err, s.Close())
}

// foundLines collects a recording's lines.
type foundLines struct{ said []models.Utterance }

// Line implements recording.Sink.
func (l *foundLines) Line(u models.Utterance) error {
	l.said = append(l.said, u)
	return nil
}

// Gap implements recording.Sink.
func (l *foundLines) Gap(models.Gap) error { return nil }
