// Package bot is the contract between a kind of room and what listens in it: a Connector connects once and tells a
// RoomHandler who is there and what they say; one that is a Moderator can act there too. Package room supervises a Connector
// and retries.
package bot

import (
	"context"
	"strings"

	"earshot/models"
)

// Capabilities is what the bot may do in a room besides listening, as the server granted it at the join.
type Capabilities struct {
	Message        bool `json:"message"`
	PrivateMessage bool `json:"private_message"`
	Mute           bool `json:"mute"`
	Unmute         bool `json:"unmute"`
	ToAudience     bool `json:"to_audience"`
	Remove         bool `json:"remove"`
	Ban            bool `json:"ban"`
	// SelfUnmute says that people can undo a mute themselves, so that it has to be watched.
	SelfUnmute bool `json:"self_unmute"`
}

// String lists the capabilities in words: "message mute remove", or "listen only".
func (c Capabilities) String() string {
	var out []string
	for _, x := range []struct {
		has  bool
		name string
	}{
		{c.Message, "message"},
		{c.PrivateMessage, "private_message"},
		{c.Mute, "mute"},
		{c.Unmute, "unmute"},
		{c.ToAudience, "to_audience"},
		{c.Remove, "remove"},
		{c.Ban, "ban"},
	} {
		if x.has {
			out = append(out, x.name)
		}
	}
	if len(out) == 0 {
		return "listen only"
	}
	return strings.Join(out, " ")
}

// TrackInfo says whose sound a track carries. Attribution comes from the transport, never from the voice.
type TrackInfo struct {
	// Track is the connector's name of the track, unique within the session and safe in URLs. A track that comes back
	// after a reconnect may keep its name: its clips are numbered on.
	Track       string
	SpeakerID   string
	SpeakerName string
	Role        models.Role
	Attribution models.Attribution
}

// TrackSink takes the packets of one track. Packet is called from one goroutine at a time with one RTP packet that is
// valid only during the call, and the id of the audio level header extension (RFC 6464; 0: none). End is called once,
// after the last Packet. Neither blocks.
type TrackSink interface {
	Packet(raw []byte, levelExtID uint8)
	End()
}

// RoomHandler is told by a Connector what happens in a room. Its methods may be called from any goroutine and never block.
type RoomHandler interface {
	// Joined says the bot is in the room and what it may do there. Called once per connection, before anything else, and
	// again when the rights change.
	Joined(Capabilities)
	// Speaker tells of a person who came, or whose name or role changed. Session and FirstMS are filled in by the handler.
	Speaker(models.Speaker)
	// Left tells that a person is gone. Unknown ids are ignored.
	Left(speakerID string)
	// Talking tells that the platform shows somebody as talking, or no longer. It is compared with what is heard of them.
	Talking(speakerID string, talking bool)
	// Track opens a track; the connector must call End on what it gets. Never nil.
	Track(TrackInfo) TrackSink
}

// ChatHandler is a RoomHandler that takes lines of the chat too.
type ChatHandler interface {
	// Said tells of a line in the room's chat, by the id that the speaker has as a person who talks. Lines of the bot's
	// own are not told. It does not block, and nothing of the line is kept.
	Said(speakerID, text string)
}

// CrowdHandler is a RoomHandler that can be told of more sound than a connector takes.
type CrowdHandler interface {
	// Crowded tells that so many tracks are open, the most that are read at a time, and that another one waits for a place.
	// It does not block.
	Crowded(open int)
}

// Connector joins a room once. Run returns when the connection is over: the context's cause after it was cancelled, an
// End error when the reason is known, any other error when it may be worth trying again. It returns after all its
// goroutines, and after End was called on every track.
type Connector interface {
	Run(ctx context.Context, h RoomHandler) error
}
