package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/models"
)

// Command is one thing that a connector is asked to do in its room.
type Command struct {
	// Verb is message, mute, unmute, to_audience, to_stage, remove, ban or unban. The verbs that only speak (nudge, warn)
	// arrive as message.
	Verb models.Verb
	// Target is the speaker's id. It is empty for a message to everybody; a message with a target is a private one.
	Target string
	// Text is the line of a message.
	Text string
}

// Moderator is a Connector that can act in the room that its Run is connected to; while it is not connected both methods
// say so. Both may be called from any goroutine.
type Moderator interface {
	// Execute asks the room's server for one thing and returns nil when the server has taken the request, which is not yet
	// its effect. It tries once. Errors: a RefusalError (made by Refuse) when asking again cannot help, ErrAbsent when
	// the target is not in the room, any other when it may be worth trying again.
	Execute(ctx context.Context, o Command) error
	// Effect reports whether what a command asks for is in force now, and what shows it ("the server reports the track as
	// muted"). It answers from what the server has told so far and makes no request: it is asked every 50 ms. For a
	// message it reports whether the line was seen to be delivered, or taken where the platform shows no more.
	// Silence need not be looked at: who asks hears for itself.
	Effect(o Command) (inForce bool, how string)
}

// Renamer is a Connector that can change the bot's name in the room that its Run is connected to.
type Renamer interface {
	// Rename has the room show another name; "" is the one that the bot came with, and comes with at every join. It
	// returns nil when the server shows it, or has taken it where it shows no more, and tries once. Errors as those of
	// Moderator.Execute. It may be called from any goroutine.
	Rename(ctx context.Context, name string) error
}

// ErrAbsent is returned by a Moderator when the target is not in the room.
var ErrAbsent = errors.New("is not in the room")

// ErrNotJoined is returned by a Moderator while the connector is not connected.
var ErrNotJoined = errors.New("the bot is not in the room")

// RefusalError is the server's no to a command, or the platform's, with the reason in words fit for the host.
type RefusalError struct {
	Reason string
	Err    error // may be nil
}

// Refuse makes a RefusalError: asking again cannot help. err is what the server said, or nil.
func Refuse(reason string, err error) error { return &RefusalError{Reason: reason, Err: err} }

// Error is the reason and, where there is one, the error behind it.
func (e *RefusalError) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return fmt.Sprintf("%s: %v", e.Reason, e.Err)
}

// Unwrap returns the error behind the reason.
func (e *RefusalError) Unwrap() error { return e.Err }

// Has reports whether a command may be carried out: by the verb, and for a message by whether it is private.
func (c Capabilities) Has(verb models.Verb, private bool) bool {
	switch verb {
	case models.VerbMessage, models.VerbNudge, models.VerbWarn:
		return c.Message && !private || c.PrivateMessage && private
	case models.VerbMute:
		return c.Mute
	case models.VerbUnmute:
		return c.Unmute
	case models.VerbToAudience, models.VerbToStage:
		return c.ToAudience
	case models.VerbRemove:
		return c.Remove
	case models.VerbBan, models.VerbUnban:
		return c.Ban
	case models.VerbNewcomersListen: // by a verb for each of them
		return c.ToAudience || c.Mute
	default:
		return false
	}
}

// Missing lists, with commas, those of some verbs that can't be done; "" when all can.
func (c Capabilities) Missing(verbs []models.Verb) string {
	var missing []string
	for _, v := range verbs {
		speaks := v == models.VerbNudge || v == models.VerbWarn || v == models.VerbMessage
		if !c.Has(v, false) && (!speaks || !c.PrivateMessage) {
			missing = append(missing, string(v))
		}
	}
	return strings.Join(missing, ", ")
}
