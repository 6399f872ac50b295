package livekit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"earshot/bot"
)

// ChatTopic is the topic of the bot's data messages, which LiveKit's own chat components show. The payload is JSON:
// {"id":"…","timestamp":ms since 1970,"message":"…"}.
const ChatTopic = "lk-chat-topic"

// chatLine is the payload of a chat message.
type chatLine struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
}

// message sends a chat message to everybody, or to one: under the bot's own name where its token allows that, otherwise through
// the RoomService, whose messages have no sender.
func (c *Connector) message(ctx context.Context, s *stay, o bot.Command) error {
	var to []string
	if o.Target != "" {
		if s.people.identity(o.Target) == nil {
			return bot.ErrAbsent
		}
		to = []string{o.Target}
	}
	speaks, moderates := s.local.rights()
	if speaks {
		s.local.awaitShown(ctx)
	}
	line := chatLine{ID: rand.Text(), Timestamp: time.Now().UnixMilli(), Message: o.Text}
	payload, err := json.Marshal(line)
	if err != nil {
		return bot.Refuse("the line cannot be sent", err)
	}
	if speaks {
		ch, err := s.channel(ctx)
		if err == nil {
			s.echoes.await(echo{order: o, id: line.ID, via: ch})
			err = say(ch, ChatTopic, payload, to)
		}
		if err == nil || !moderates {
			return err
		}
		c.log.Warn("a line goes out without the bot's name", "err", err)
	}
	s.echoes.await(echo{order: o, id: line.ID})
	return c.post(ctx, s, payload, to)
}

// receivesWithin is how long a RoomService message waits for the channel by which its copy comes back.
const receivesWithin = 3 * time.Second

// opened records that the server's reliable data channel is open.
func (s *stay) opened(label string) {
	if label == reliable {
		s.echoes.opened()
	}
}

// post sends a message through the RoomService. The bot is among the receivers: its own copy shows that the server passed it on.
func (c *Connector) post(ctx context.Context, s *stay, payload []byte, to []string) error {
	t := time.NewTimer(receivesWithin)
	defer t.Stop()
	select {
	case <-s.echoes.open:
	case <-t.C: // others still receive it
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	topic := ChatTopic
	r := &lk.SendDataRequest{Room: c.at.room, Data: payload, Kind: lk.DataPacket_RELIABLE, Topic: &topic}
	if len(to) > 0 {
		r.DestinationIdentities = append([]string{s.identity}, to...)
	}
	return c.call(ctx, func(ctx context.Context) error {
		_, err := c.admin.SendData(ctx, r)
		return err //nolint:wrapcheck // call does
	})
}

// data handles a message of the server's data channels: chat.
func (s *stay) data(_ string, message []byte) {
	var p lk.DataPacket
	var line chatLine
	if proto.Unmarshal(message, &p) != nil || p.GetUser().GetTopic() != ChatTopic || json.Unmarshal(p.GetUser().GetPayload(), &line) != nil {
		return
	}
	if c, ok := s.handler.(bot.ChatHandler); ok && p.GetParticipantIdentity() != "" && p.GetParticipantIdentity() != s.identity {
		c.Said(p.GetParticipantIdentity(), line.Message)
	}
	if p.GetParticipantIdentity() == "" {
		s.echoes.cameBack(line.ID)
	}
}
