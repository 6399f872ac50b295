package transcribe

import (
	"context"
	"log/slog"
	"time"

	"earshot/models"
)

const (
	defaultMaxPCM  = 5 * time.Minute // 4 MB a minute
	defaultMaxOpus = 32 << 20        // hours of speech at 4 kB/s
)

// Done takes over an utterance: when it returns nil it has stored it and acknowledged its clip. Until then it is called
// again with the same utterance, with growing delays. It is called from several goroutines, but for one track's utterances
// in the order of speech and one at a time.
type Done func(ctx context.Context, u models.Utterance) error

// Config configures a Service. Model is required, and so are Decoders unless some are attached later.
type Config struct {
	// Decoders are the initial decode slots; each is used by one goroutine. See Service.Attach.
	Decoders []Decoder
	// Model is the name recorded in every utterance.
	Model string
	// Fallback holds the slots of a smaller model named FallbackModel: under backlog the worker of Decoders[i] uses
	// Fallback[i]. It may be nil.
	Fallback      []Decoder
	FallbackModel string
	// Options returns the settings for a clip; nil means defaults. With Language "auto" or "" the language is chosen by a
	// vote over each speaker's speech, among Languages when they are given.
	Options func(models.Clip) Options
	// Filter marks doubtful results.
	Filter Filter
	// Decode fills in a clip's PCM from its Opus; nil when every clip comes with its PCM.
	Decode func(*models.Clip) error
	// Fetch reads a clip from the spool; nil keeps all clips in memory. models.ErrNotFound means that the clip has been
	// deleted.
	Fetch func(context.Context, models.Key) (models.Clip, error)
	// MaxOpus bounds the bytes of Opus queued in memory (default 32 MB). It needs Fetch.
	MaxOpus int
	// Partial receives the text of open segments (see Preview); nil disables partials. It must not block or call the
	// Service.
	Partial func(models.Partial)
	// NoteAttempt adds one to a clip's Attempts in the spool before the clip is decoded; nil when there is no spool.
	// models.ErrNotFound means that the clip has been deleted and need not be decoded, ErrElsewhere that another process decodes it.
	// It returns the number of attempts, by all processes.
	NoteAttempt func(context.Context, models.Key) (int, error)
	// FirstPartial receives how long after the start of a segment its first text was shown; it may be nil. The
	// restrictions of Partial apply.
	FirstPartial func(time.Duration)
	// MaxPCM bounds the PCM queued in memory (default 5 min). Beyond it clips are queued as Opus, a hundredth of the size,
	// and decoded again when their turn comes.
	MaxPCM time.Duration
	// Logger receives warnings; nil discards them.
	Logger *slog.Logger
}
