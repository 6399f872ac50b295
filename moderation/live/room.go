package live

import (
	"context"

	"earshot/models"
)

// Room is the room that a session is in. Its methods may be called from any goroutine.
type Room interface {
	Hearing
	Presence
	Memory
}

// Hearing controls whom the bot listens to.
type Hearing interface {
	// Pause pauses or resumes listening, and announces it in the room. It reports whether anything changed.
	Pause(ctx context.Context, on bool) bool
	Paused() bool
	// Object applies an objection or its withdrawal. It reports whether anything changed.
	Object(ctx context.Context, speaker string, objects bool) bool
}

// Presence tells whether the bot is in the room, and what it can do there.
type Presence interface {
	Inside() bool
	// Verbs lists the available verbs; none while the bot is not inside.
	Verbs() []models.Verb
	// DeafTo returns the names of those who are shown as talking and not heard.
	DeafTo() []string
	// End ends the stay for a reason, without waiting: models.EndErased if the session has been erased, models.EndMoved if another
	// process carries it on. It may be called repeatedly; the first reason counts.
	End(why models.EndReason)
}

// Memory holds the latest audio of a room.
type Memory interface {
	// Recent returns the available audio of a speaker between two session times, in ms, in the container of models.Clip.Opus.
	// opus is nil if there is none.
	Recent(speaker, track string, fromMS, toMS int64) (opus []byte, from, to int64)
}

// Actor carries out actions in the room during one stay. Its methods may run concurrently.
type Actor interface {
	// Do carries out a stored action, stores its outcome and returns it. An action that is still planned was not begun.
	Do(context.Context, models.Action) (models.Action, error)
	// Run enforces restrictions until the context ends.
	Run(context.Context) error
}

// Sounds creates and edits stored audio. It has no state and may be called from any goroutine.
type Sounds interface {
	// Ogg converts a container (models.Clip.Opus) to an Ogg Opus file.
	Ogg(opus []byte) ([]byte, error)
	// Cover replaces spans of an Ogg Opus file, in ms from its start, by a tone or silence.
	Cover(ogg []byte, spans []models.Span, tone bool) ([]byte, error)
	// PCM decodes an Ogg Opus file to mono PCM at models.SampleRate.
	PCM(ogg []byte) ([]float32, error)
}
