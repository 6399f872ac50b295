package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/models"
)

// Command is a request to a connector to do something in its room.
type Command struct {
	// Verb is message, mute, unmute, to_audience, to_stage, remove, ban or unban. Nudges and warnings arrive as messages.
	Verb models.Verb
	// Target is the speaker's id. It is empty for a message to the whole room; a message with a target is private.
	Target string
	// Text is the text of a message.
	Text string
}

// Moderator is a Connector that can act in the room that its Run is connected to. Its methods may be called from any
// goroutine.
type Moderator interface {
	// Execute sends a request to the room's server, once, and returns nil when the server has accepted it, which does not
	// mean that it has taken effect. Errors: a RefusalError (see Refuse) when a retry cannot help, ErrAbsent when the target
	// is not in the room, ErrNotJoined while not connected, any other when a retry may help.
	Execute(ctx context.Context, o Command) error
	// Effect reports whether a command is in force now, and by what evidence ("the server reports the track as muted"). It
	// uses what the server has sent so far and makes no request: it is called every 50 ms. A message is in force when its
	// delivery was observed, or when it was accepted where the platform shows no more. Silence is not evidence here: the
	// caller checks for it.
	Effect(o Command) (inForce bool, how string)
}

// Renamer is a Connector that can change the bot's name in the room that its Run is connected to.
type Renamer interface {
	// Rename changes the name that the room shows, until the next join; "" restores the one that the bot joined with. It
	// tries once, and returns nil when the server shows the name, or has accepted it where it shows no more. Errors are
	// those of Moderator.Execute. It may be called from any goroutine.
	Rename(ctx context.Context, name string) error
}

// ErrAbsent is returned by a Moderator when the target is not in the room.
var ErrAbsent = errors.New("is not in the room")

// ErrNotJoined is returned by a Moderator while the connector is not connected.
var ErrNotJoined = errors.New("the bot is not in the room")

// RefusalError is a server's or platform's refusal of a command, with the reason in words for the host.
type RefusalError struct {
	Reason string
	Err    error // may be nil
}

// Refuse returns a RefusalError: a retry cannot help. err is the server's error, or nil.
func Refuse(reason string, err error) error { return &RefusalError{Reason: reason, Err: err} }

// Error returns the reason and the underlying error, if any.
func (e *RefusalError) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return fmt.Sprintf("%s: %v", e.Reason, e.Err)
}

// Unwrap returns the underlying error.
func (e *RefusalError) Unwrap() error { return e.Err }

// Has reports whether a command may be carried out, by its verb and, for a message, by whether it is private.
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
	case models.VerbNewcomersListen: // carried out by a verb for each newcomer
		return c.ToAudience || c.Mute
	default:
		return false
	}
}

// Missing lists the verbs that can't be carried out, separated by commas; "" if all can.
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
