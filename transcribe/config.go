package transcribe

import (
	"context"
	"log/slog"
	"time"

	"earshot/models"
)

const (
	// defaultMaxPCM is how much decoded sound waits in memory: 4 MB a minute.
	defaultMaxPCM = 5 * time.Minute
)

const (
	// defaultMaxOpus is how much Opus waits: hours of speech at 4 kB a second.
	defaultMaxOpus = 32 << 20
)

// Done takes an utterance over: it must have stored it, and acknowledged its clip, when it returns nil. Until then it
// is called again with the same utterance, ever more slowly. It is called from several goroutines, for the utterances
// of one track in the order of speech and never for two at once.
type Done func(ctx context.Context, u models.Utterance) error

// Config is what a Service is made of. Model is needed, and Decoders unless some are attached later.
type Config struct {
	// Decoders are the decode slots that are there from the start; each is used by one goroutine. See Service.Attach.
	Decoders []Decoder
	// Model is the name that goes into every utterance.
	Model string
	// Fallback are the slots of a smaller model, FallbackModel its name: under backlog the worker of Decoders[i] uses
	// Fallback[i]. Nil when there is none.
	Fallback      []Decoder
	FallbackModel string
	// Options are the settings for a clip; nil means none. Language "auto" or "" leaves the language to a vote of each
	// person's speech, among Languages when they are given.
	Options func(models.Clip) Options
	// Filter says which results are doubtful.
	Filter Filter
	// Decode makes PCM of a clip's Opus; nil when every clip comes with its PCM.
	Decode func(*models.Clip) error
	// Fetch reads a clip that waits in the spool; nil keeps all clips in memory. models.ErrNotFound says that the clip
	// is not there any more.
	Fetch func(context.Context, models.Key) (models.Clip, error)
	// MaxOpus bounds the bytes of Opus that wait in memory (default 32 MB), when there is a Fetch.
	MaxOpus int
	// Partial is told the text of open stretches (see Preview); nil: they are not decoded. It must not block and must
	// not call the Service.
	Partial func(models.Partial)
	// NoteAttempt adds one to a clip's Attempts in the spool, before the clip is decoded; nil when nothing outlives the
	// program. models.ErrNotFound says that the clip is not there any more, and need not be decoded.
	NoteAttempt func(context.Context, models.Key) (int, error)
	// FirstPartial is told how long after the beginning of a stretch its first text was shown; nil: nobody asks. It is
	// bound as Partial is.
	FirstPartial func(time.Duration)
	// MaxPCM bounds the decoded sound that waits in memory (default 5 min). Beyond it clips wait as Opus, a hundredth of the
	// size, and are decoded again when their turn comes.
	MaxPCM time.Duration
	// Logger gets what goes wrong; nil drops it.
	Logger *slog.Logger
}
