package recording

import (
	"context"

	"earshot/models"
	"earshot/transcribe"
)

// item is a gap, or a stretch of speech with its line.
type item struct {
	startMS int64
	gap     *models.Gap
	clip    models.Clip
	raised  float64 // dB
	line    models.Utterance
	done    chan error // receives one value
}

// decodeAll decodes stretches until there are no more. After one error every stretch gets that error.
func decodeAll(ctx context.Context, e transcribe.Decoder, o Options, work <-chan *item) {
	var broken error
	for it := range work {
		if broken == nil {
			broken = it.decode(ctx, e, o)
		}
		it.done <- broken
	}
}

// decode decodes one stretch, trying twice. One that can't be decoded becomes a failed line; an error means that nothing can be
// decoded any more.
func (it *item) decode(ctx context.Context, e transcribe.Decoder, o Options) error {
	defer func() { it.clip.PCM = nil }()
	if o.Known != nil {
		if u, ok := o.Known(it.clip); ok {
			it.line = u
			return nil
		}
	}
	if err := it.hear(ctx, e, o); err != nil || o.Heard == nil {
		return err
	}
	return o.Heard(it.clip, it.line)
}

// hear decodes the stretch into a line.
func (it *item) hear(ctx context.Context, e transcribe.Decoder, o Options) error {
	for range 2 {
		if r, ok := e.(transcribe.Readier); ok {
			if err := r.Ready(ctx); err != nil {
				return err
			}
		}
		result, err := e.Decode(ctx, transcribe.Sound{PCM: it.clip.PCM}, o.Decode)
		if err == nil {
			it.line = o.Filter.Utterance(it.clip, result, o.Model)
			it.line.LevelDBFS -= it.raised
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
	it.line = transcribe.NewUtterance(it.clip, transcribe.Result{}, o.Model)
	it.line.State, it.line.Doubt = models.UtteranceFailed, nil
	return nil
}
