package live

import (
	"context"

	"earshot/models"
)

// Room is the bot's stay in a room, as its session uses it. Its methods may be called from any goroutine.
type Room interface {
	Hearing
	Presence
	Memory
}

// Hearing is whom the bot listens to.
type Hearing interface {
	// Pause stops or resumes listening, and tells the people there. false: it was so already.
	Pause(ctx context.Context, on bool) bool
	Paused() bool
	// Object has somebody not listened to any more, or listened to again. false: it was so already.
	Object(ctx context.Context, speaker string, objects bool) bool
}

// Presence is whether the bot is in the room, and what it can do there.
type Presence interface {
	Inside() bool
	// Verbs lists what can be done now; nothing while the bot is not inside.
	Verbs() []models.Verb
	// DeafTo names those who are shown as talking and are not heard.
	DeafTo() []string
	// Erased ends a stay whose session is not stored any more. It may be called again.
	Erased()
}

// Memory holds the latest sound of a room.
type Memory interface {
	// Recent is as much of a speaker's sound as there is between two times of the session, in ms, in the container of
	// models.Clip.Opus. opus is nil when nothing is held.
	Recent(speaker, track string, fromMS, toMS int64) (opus []byte, from, to int64)
}

// Actor does in the room what has been decided, during one stay. Both methods may run side by side.
type Actor interface {
	// Do carries out an action that is stored, and stores how far it came: it returns it as it is then. An action that is
	// still planned was not begun.
	Do(context.Context, models.Action) (models.Action, error)
	// Run keeps what is in force until the context ends.
	Run(context.Context) error
}

// Sounds makes and changes the sound that is kept. It uses no state and may be called from any goroutine.
type Sounds interface {
	// Ogg is sound in the container of models.Clip.Opus as an Ogg Opus file.
	Ogg(opus []byte) ([]byte, error)
	// Cover puts a tone, or silence, in the place of stretches of an Ogg Opus file, in ms from its beginning.
	Cover(ogg []byte, spans []models.Span, tone bool) ([]byte, error)
	// PCM decodes an Ogg Opus file to mono sound of models.SampleRate.
	PCM(ogg []byte) ([]float32, error)
}
