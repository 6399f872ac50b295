// Package transcribe turns clips of speech into utterances: it queues clips by deadline, has decoders turn them into text,
// says which results are doubtful, and hands each result on until it has been stored.
//
// The package knows no speech library. A Decoder is one decode slot, in this process (transcribe/whisper), in a child
// (transcribe/decoder) or elsewhere; the Service owns the queue and one worker for each slot.
package transcribe

import (
	"context"
	"errors"
	"time"

	"earshot/models"
)

// ErrTooLong is returned (wrapped) by a Decoder for sound that is longer than it can decode in one piece. Decoding it
// again would fail again: whoever made the clip must cut it shorter.
var ErrTooLong = errors.New("the clip is too long to decode in one piece")

// ErrUnavailable is returned (wrapped) by a Decoder that could not decode for a reason that need not lie in the clip: it
// was not begun, or another clip took the decoder down.
var ErrUnavailable = errors.New("the decoder is not available")

// Sound is one piece of speech. A Decoder reads it, and only during the call.
type Sound struct {
	// PCM is mono, at models.SampleRate Hz, in [-1, 1]. It is there for every decoder but one that takes Opus.
	PCM []float32
	// Opus holds the packets in the container of models.Clip; empty when the sound never was Opus.
	Opus []byte
}

// Decoder is one decode slot: it decodes one piece of sound at a time. It returns ctx's error, wrapped, when ctx ends first.
type Decoder interface {
	Decode(ctx context.Context, s Sound, o Options) (Result, error)
}

// OpusDecoder is a Decoder that takes Opus where there is some, because sound is far smaller so: the Service makes no PCM
// for it of a clip that has Opus.
type OpusDecoder interface {
	TakesOpus() bool
}

// Readier is a Decoder that is not always able to work. Ready waits until it is, and returns an error when ctx ends or
// it never will be. A Service gives such a decoder no clip before, and leaves it to the decoder to end a decode that
// takes too long: only the decoder knows how much of the time was waiting.
type Readier interface {
	Ready(ctx context.Context) error
}

// TimeLimit is how long the decode of a clip of this length may take before the decoder is taken to hang.
func TimeLimit(length time.Duration) time.Duration {
	return max(minDecodeTime, decodeTimeFactor*length)
}

// Options are the settings of one decode.
type Options struct {
	// Language is an ISO 639-1 code, or "auto" (the default): found by a multilingual model, ignored by an English-only one.
	Language string
	// Languages, with Language "auto", are those of which a multilingual model finds out the one that is spoken; nil: all
	// that it knows.
	Languages []string
	// Lean is what is known of the language already, as seconds of speech by language: the sound's own length times the
	// probability of each is added, and the greatest sum wins.
	Lean map[string]float64
	// Prompt is static vocabulary: names and the topic. It must never hold words that rules look for, since the model
	// then hears them where nobody said them.
	Prompt string
	// AudioCtx is the length of the encoder's window in steps of 20 ms; 0 takes the shortest safe one that covers the sound.
	AudioCtx int
	// MaxTokens bounds the tokens of one pass over the window; 0 takes a bound that fast speech of that length stays below.
	MaxTokens int
}

// Result is what a Decoder heard in one piece of sound.
type Result struct {
	// Text is trimmed; empty means that nothing was said.
	Text string
	// Words are in the order of time; their times are ms from the start of the sound, never beyond its end.
	Words []models.Word
	// Language is the ISO 639-1 code that was decoded.
	Language string
	// Heard holds the probabilities of the languages in question (those of 1 % and more) when the language had to be found.
	Heard map[string]float64
	// LogProb is the mean natural-log probability over the text's tokens; 0 when there are none.
	LogProb float64
	// NoSpeech is the model's probability that the sound holds no speech; 0 when there is no text to which it belongs,
	// and for multilingual models and with a prompt, where the library's figure means nothing. It never decides alone.
	NoSpeech float64
	// Tokens counts the text's tokens.
	Tokens int
	// AudioCtx is the encoder window that was used, in steps of 20 ms.
	AudioCtx int
	// Capped says that there are as many tokens as MaxTokens: the text is cut off or loops.
	Capped bool
}

const (
	// A decode may take this long at least, and this many times the clip's length.
	minDecodeTime = 5 * time.Second
)

const (
	decodeTimeFactor = 4
)
