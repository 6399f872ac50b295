package transcribe

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// passing is a decoder that accepts Opus, and fails permanently once gone is closed.
type passing struct {
	took time.Duration
	gone chan struct{}
	pcm  *bool // whether it ever got PCM
}

func (passing) TakesOpus() bool { return true }

func (p passing) Ready(context.Context) error {
	select {
	case <-p.gone:
		return errors.New("gone")
	default:
		return nil
	}
}

func (p passing) Decode(ctx context.Context, s Sound, _ Options) (Result, error) {
	if s.PCM != nil {
		*p.pcm = true
	}
	select {
	case <-p.gone:
		return Result{}, ErrUnavailable
	case <-time.After(p.took):
		return heard, nil
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// TestSlotsComeAndGo: clips wait for the first slot, a detached slot finishes its clip, and what a failed slot had begun is decoded
// by another, in the order of speech.
func TestSlotsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		s := start(t, Config{}, d)
		for i := range 3 {
			s.Submit(testClip("a", i))
		}
		synctest.Wait()
		if len(d.keys()) != 0 || s.Stats().Queued != 3 {
			t.Fatalf("%v without a slot, %+v", d.keys(), s.Stats())
		}

		detach := s.Attach(slow(2*time.Second), nil)
		time.Sleep(time.Second)
		detach()
		detach()
		time.Sleep(10 * time.Second)
		if got := d.keys(); len(got) != 1 || s.Stats().Queued != 2 {
			t.Fatalf("a detached slot decoded %v", got)
		}

		gone, pcm := make(chan struct{}), false
		s.Attach(passing{took: time.Minute, gone: gone, pcm: &pcm}, nil)
		time.Sleep(time.Second)
		close(gone)
		synctest.Wait()
		if got := s.Stats(); got.Queued != 2 || got.Working != 0 || len(d.keys()) != 1 {
			t.Fatalf("after a slot was lost: %+v", got)
		}

		s.Attach(slow(time.Second), nil)
		drain(t, s)
		want := []string{testClip("a", 0).Key.String(), testClip("a", 1).Key.String(), testClip("a", 2).Key.String()}
		if got := d.keys(); !slices.Equal(got, want) || s.Stats().Failed != 0 {
			t.Errorf("%v, want %v; %+v", got, want, s.Stats())
		}
	})
}

// TestOpusIsNotUnpackedForThoseWhoTakeIt: a remote decoder receives the packets.
func TestOpusIsNotUnpackedForThoseWhoTakeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, pcm := &desk{}, false
		s := start(t, Config{
			Decoders: []Decoder{passing{took: time.Second, gone: make(chan struct{}), pcm: &pcm}},
			Decode: func(*models.Clip) error {
				t.Error("a clip was unpacked")
				return nil
			},
		}, d)
		c := testClip("a", 0)
		c.PCM, c.Opus = nil, []byte("packets")
		s.Submit(c)
		drain(t, s)
		if len(d.keys()) != 1 || pcm {
			t.Errorf("%v, PCM: %v", d.keys(), pcm)
		}
	})
}

// TestBacklogOutlivesTheSmallerModel: when the decoder of the smaller model has failed permanently, the slot continues with its own
// model.
func TestBacklogOutlivesTheSmallerModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, pcm, d := make(chan struct{}), false, &desk{}
		close(gone)
		s := start(t, Config{
			Decoders: []Decoder{slow(time.Second)}, Model: "big",
			Fallback: []Decoder{passing{gone: gone, pcm: &pcm}}, FallbackModel: "small",
		}, d)
		for i := range 40 {
			s.Submit(testClip(string(rune('A'+i)), 0))
		}
		done := make(chan error, 1)
		go func() { done <- s.Drain(t.Context()) }()
		select {
		case err := <-done:
			if got := s.Stats(); err != nil || len(d.keys()) != 40 || got.Failed != 0 || got.Degraded != 0 {
				t.Errorf("%v, %d lines, %+v", err, len(d.keys()), got)
			}
		case <-time.After(time.Hour):
			t.Error("the queue stands still")
		}
	})
}
