// Package bot is the contract between a kind of room and its listener: a Connector connects once and reports participants and
// their audio to a RoomHandler; one that is a Moderator can act in the room too. Package room supervises a Connector and
// retries.
package bot

import (
	"context"
	"strings"
	"time"

	"earshot/models"
)

// Capabilities is what the bot may do in a room besides listening, as granted by the server.
type Capabilities struct {
	Message        bool `json:"message"`
	PrivateMessage bool `json:"private_message"`
	Mute           bool `json:"mute"`
	Unmute         bool `json:"unmute"`
	ToAudience     bool `json:"to_audience"`
	Remove         bool `json:"remove"`
	Ban            bool `json:"ban"`
	// SelfUnmute reports that people can undo a mute themselves, so that a mute has to be monitored.
	SelfUnmute bool `json:"self_unmute"`
	// BanByAddress reports that a ban shuts out everybody behind the person's address.
	BanByAddress bool `json:"ban_by_address,omitempty"`
	// Unseen reports that the room shows nobody that the bot is there, and that its messages reach only some.
	Unseen bool `json:"unseen,omitempty"`
}

// String lists the capabilities: "message mute remove", or "listen only".
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

// TrackInfo describes a track and its speaker. Attribution comes from the transport, never from the voice.
type TrackInfo struct {
	// Track is the connector's name of the track, unique within the session and safe in URLs. A track that returns after a
	// reconnect may keep its name: the numbering of its clips continues.
	Track       string
	SpeakerID   string
	SpeakerName string
	Role        models.Role
	Attribution models.Attribution
	// Encrypted reports that the track is encrypted end to end. No packet of it is passed on; End is called when it is over.
	Encrypted bool
}

// TrackSink receives the packets of one track. Packet is called from one goroutine at a time with an RTP packet that is valid
// only during the call, and the id of the audio level header extension (RFC 6464; 0 if none). End is called once, after the
// last Packet. Neither blocks.
type TrackSink interface {
	Packet(raw []byte, levelExtID uint8)
	End()
}

// RoomHandler receives a room's events from a Connector. Its methods may be called from any goroutine and never block.
type RoomHandler interface {
	// Joined reports that the bot is in the room, and its rights. It is called once per connection, before any other method,
	// and again whenever the rights change.
	Joined(Capabilities)
	// Speaker reports a person who joined, or whose name or role changed. The handler fills in Session and FirstMS.
	Speaker(models.Speaker)
	// Left reports that a person has left. Unknown ids are ignored.
	Left(speakerID string)
	// Talking reports whether the platform shows a person as talking, for comparison with their audio.
	Talking(speakerID string, talking bool)
	// Track opens a track and never returns nil. The connector must call End on the sink.
	Track(TrackInfo) TrackSink
}

// ChatHandler is a RoomHandler that receives chat messages too.
type ChatHandler interface {
	// Said reports a message in the room's chat, with the sender's speaker id; the bot's own messages are not reported. It
	// does not block, and the text is not stored.
	Said(speakerID, text string)
}

// CrowdHandler is a RoomHandler that wants to know when a room has more tracks than a connector reads.
type CrowdHandler interface {
	// Crowded reports that the maximum of open tracks is reached and another track waits. It does not block.
	Crowded(open int)
}

// AsideHandler is a RoomHandler that wants to know of people whom the bot cannot hear because they are in rooms beside the room.
type AsideHandler interface {
	// Aside reports how many people of the room are in rooms of their own beside it (Jitsi's breakout rooms); 0 when all are back. It
	// does not block.
	Aside(people int)
}

// BreakHandler is a RoomHandler that wants to know when nothing reached the bot although it was in the room.
type BreakHandler interface {
	// Broke reports that nothing came for a time until now, because the sound had broken off at its source: an encoder was restarted. It
	// does not block.
	Broke(d time.Duration)
}

// Connector joins a room once. Run returns when the connection has ended: with the context's cause after cancellation, an
// EndError when the reason is known, or any other error when a retry may help. It returns after all its goroutines, and after
// calling End on every track.
type Connector interface {
	Run(ctx context.Context, h RoomHandler) error
}
