package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"earshot/models"
	"earshot/transcribe"
)

const (
	// maxSamples is the longest clip that is sent, Whisper's window.
	maxSamples = 30 * models.SampleRate
	// leadIn is the silence put before a clip that is decoded a second time. The server can't be told to use another window;
	// the shift makes the second decode differ from the first.
	leadIn = models.SampleRate / 2
	// triesPerCall is how often a clip is sent in one call although the server failed over it and then transcribed silence.
	triesPerCall = 2
)

// slot is one decode slot: a transcribe.Decoder.
type slot struct{ server *Server }

var _ transcribe.Decoder = slot{}

// Ready waits until the server transcribes. It returns transcribe.ErrUnavailable (wrapped) when ctx ends or Run has returned.
func (s slot) Ready(ctx context.Context) error { return s.server.await(ctx) }

// Decoders returns the slots; each decodes one clip at a time.
func (s *Server) Decoders() []transcribe.Decoder {
	out := make([]transcribe.Decoder, s.cfg.Slots)
	for i := range out {
		out[i] = slot{s}
	}
	return out
}

// Decode sends the clip and waits for its text. While the server is away it waits, however long that takes, and sends the clip
// again. Errors: transcribe.ErrTooLong; ctx's; or that the server failed over this clip, and not over silence, triesPerCall
// times.
func (s slot) Decode(ctx context.Context, sound transcribe.Sound, o transcribe.Options) (transcribe.Result, error) {
	if len(sound.PCM) > maxSamples {
		return transcribe.Result{}, fmt.Errorf("decoder: %w: %d ms", transcribe.ErrTooLong, milliseconds(len(sound.PCM)))
	}
	if len(sound.PCM) == 0 {
		return transcribe.Result{}, nil
	}
	for tries := 0; ; {
		if err := s.server.await(ctx); err != nil {
			return transcribe.Result{}, err
		}
		r, err := s.server.decode(ctx, sound.PCM, o)
		if err == nil {
			return r, nil
		}
		if ctx.Err() != nil {
			return transcribe.Result{}, fmt.Errorf("decoder: %w", ctx.Err())
		}
		s.server.doubt(err)
		if f := (failure{}); errors.As(err, &f) && !f.begun {
			continue
		}
		if tries++; tries == triesPerCall {
			return transcribe.Result{}, err
		}
	}
}

// decode sends a clip, again in a given language when the one that the server heard is not among the candidates.
func (s *Server) decode(ctx context.Context, pcm []float32, o transcribe.Options) (transcribe.Result, error) {
	sound, lead := pcm, 0
	if o.AudioCtx > 0 {
		lead = leadIn
		sound = append(make([]float32, lead, lead+len(pcm)), pcm...)
	}
	a, err := s.ask(ctx, sound, o)
	if err != nil {
		return transcribe.Result{}, err
	}
	heard := a.heard(o)
	if _, ok := heard[a.code()]; !ok && len(o.Languages) > 0 && auto(o) {
		o.Language, heard = likeliest(o), nil
		if a, err = s.ask(ctx, sound, o); err != nil {
			return transcribe.Result{}, err
		}
	}
	r, err := a.result(milliseconds(lead), milliseconds(len(pcm)))
	if err != nil {
		return r, failure{err: err, begun: true}
	}
	r.Heard = heard
	if r.Language = a.code(); !auto(o) {
		r.Language = o.Language
	}
	return r, nil
}

// likeliest is the candidate with the most evidence so far.
func likeliest(o transcribe.Options) string {
	return slices.MaxFunc(o.Languages, func(a, b string) int {
		switch {
		case o.Prior[a] < o.Prior[b]:
			return -1
		case o.Prior[a] > o.Prior[b]:
			return 1
		}
		return 0
	})
}
