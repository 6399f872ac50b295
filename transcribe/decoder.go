// Package transcribe turns clips of speech into utterances: it queues clips by deadline, has decoders transcribe them, marks
// doubtful results, and offers each result until it has been stored.
//
// The package depends on no speech library. A Decoder is one decode slot: in this process (transcribe/whisper), in a child
// process (transcribe/decoder) or elsewhere. The Service owns the queue and one worker per slot.
package transcribe

import (
	"context"
	"errors"
	"time"

	"earshot/models"
)

// ErrTooLong is returned (wrapped) by a Decoder for audio that is longer than it can decode in one piece. A retry would fail
// too; the clip has to be cut shorter.
var ErrTooLong = errors.New("the clip is too long to decode in one piece")

// ErrUnavailable is returned (wrapped) by a Decoder that failed for a reason that need not lie in the clip: decoding had not
// begun, or another clip may have crashed the decoder.
var ErrUnavailable = errors.New("the decoder is not available")

// Sound is one piece of speech. A Decoder must neither change nor keep it.
type Sound struct {
	// PCM is mono, at models.SampleRate Hz, in [-1, 1]. It is set for every decoder except one that takes Opus.
	PCM []float32
	// Opus holds the packets in the container of models.Clip; empty when the source was not Opus.
	Opus []byte
}

// Decoder is one decode slot, for one piece of sound at a time. It returns ctx's error, wrapped, when ctx ends first.
type Decoder interface {
	Decode(ctx context.Context, s Sound, o Options) (Result, error)
}

// OpusDecoder is a Decoder that prefers Opus, which is far smaller: the Service does not decode a clip's Opus to PCM for it.
type OpusDecoder interface {
	TakesOpus() bool
}

// Readier is a Decoder that is not always available. Ready waits until it is, and returns an error when ctx ends or the
// decoder is gone for good. A Service calls Ready before each clip. It leaves the time limit to such a decoder, which alone
// knows how much of the time it spent waiting.
type Readier interface {
	Ready(ctx context.Context) error
}

// TimeLimit returns how long decoding a clip of this length may take before the decoder is considered hung.
func TimeLimit(length time.Duration) time.Duration {
	return max(minDecodeTime, decodeTimeFactor*length)
}

// Options are the settings of one decode.
type Options struct {
	// Language is an ISO 639-1 code, or "auto" (the default): detected by a multilingual model. An English-only model
	// ignores it.
	Language string
	// Languages are the candidates when Language is "auto"; nil means every language of the model.
	Languages []string
	// Prior is the evidence for each language so far, in seconds of speech. The probability of each language times the
	// duration of the sound is added to it, and the largest sum wins.
	Prior map[string]float64
	// Prompt is static vocabulary: names and the topic. It must never contain words that rules look for: the model would
	// transcribe them where nobody said them.
	Prompt string
	// AudioCtx is the encoder window in steps of 20 ms; 0 selects the shortest safe one that covers the sound.
	AudioCtx int
	// MaxTokens bounds the tokens of one pass over the window; 0 selects a bound above the fastest speech of that length.
	MaxTokens int
}

// Result is a Decoder's transcription of one piece of sound.
type Result struct {
	// Text is trimmed; empty means that nothing was said.
	Text string
	// Words are in chronological order; their times are ms from the start of the sound, never beyond its end.
	Words []models.Word
	// Language is the ISO 639-1 code of the language decoded.
	Language string
	// Heard holds the probabilities of the candidate languages (of those with at least 1 %) when the language was detected.
	Heard map[string]float64
	// LogProb is the mean natural-log probability over the text's tokens; 0 when there are none.
	LogProb float64
	// NoSpeech is the model's probability that the sound contains no speech; 0 without text, and for multilingual models
	// and with a prompt, where the library's value is meaningless. It is never the only criterion.
	NoSpeech float64
	// Tokens counts the text's tokens.
	Tokens int
	// AudioCtx is the encoder window that was used, in steps of 20 ms.
	AudioCtx int
	// Unrated reports that the decoder did not tell how sure it is of the text, or where in the sound it is. Such a text is
	// always doubted.
	Unrated bool
	// Capped reports that MaxTokens was reached: the text is truncated or loops.
	Capped bool
}

const (
	minDecodeTime    = 5 * time.Second
	decodeTimeFactor = 4 // times the clip's duration
)
