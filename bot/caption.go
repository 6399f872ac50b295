package bot

import (
	"context"

	"earshot/models"
)

// Caption is a line of what is said in a room, to be shown there while people talk. Its text is masked as the record is, and is no
// one's who objected: a connector passes it on as it is.
type Caption struct {
	// Line names the line within the session. A caption replaces an earlier one of the same line.
	Line string
	// SpeakerID and SpeakerName say who spoke, and Track by which track, as in TrackInfo. In a mixed track it is not one person.
	SpeakerID, SpeakerName, Track string
	Attribution                   models.Attribution
	// Language is an ISO 639-1 code; empty when it is not known.
	Language string
	// Text is the whole text of the line so far. Empty: nothing is to be shown of the line, and what was shown is taken back where
	// the platform can do that.
	Text string
	// Final reports that the line is finished. Others are guesses, and are shown as such or not at all.
	Final bool
	// Revised reports that the finished line was shown before and has changed in the record since: words were masked. It replaces what
	// was shown; where nothing can be replaced it is not sent.
	Revised bool
}

// Captioner is a Connector that can show captions in the room that its Run is connected to.
type Captioner interface {
	// Caption shows a line, or what replaces it, to everybody in the room. It sends once, and returns nil when the server has
	// taken it or the connector has queued it; where the platform shows no guesses it returns nil for them and does nothing.
	// Errors are those of Moderator.Execute: a RefusalError when no caption can be shown here. The caller bounds the rate, and
	// calls it from one goroutine at a time.
	Caption(ctx context.Context, c Caption) error
}
