package livekit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"earshot/bot"
	"earshot/bot/peer"
)

// ChatTopic is the topic of the bot's data messages, which LiveKit's own chat components show. The payload is JSON:
// {"id":"…","timestamp":ms since 1970,"message":"…"}.
const ChatTopic = "lk-chat-topic"

// chatLine is the payload of a line of chat.
type chatLine struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
}

// maxEchoes bounds the lines that are remembered.
const maxEchoes = 256

// echo is a line of ours on its way through the server.
type echo struct {
	order bot.Command
	id    string
	via   *peer.Channel // nil: by the RoomService
	back  bool
}

// message sends a line of chat to everybody, or to one: under the bot's own name where its token allows that, else by
// the RoomService, whose lines come from nobody.
func (c *Connector) message(ctx context.Context, s *stay, o bot.Command) error {
	var to []string
	if o.Target != "" {
		if s.people.identity(o.Target) == nil {
			return bot.ErrAbsent
		}
		to = []string{o.Target}
	}
	line := chatLine{ID: rand.Text(), Timestamp: time.Now().UnixMilli(), Message: o.Text}
	payload, err := json.Marshal(line)
	if err != nil {
		return bot.Refuse("the line cannot be sent", err)
	}
	s.mu.Lock()
	speaks, moderates := s.speaks, s.moderates
	s.mu.Unlock()
	if speaks {
		ch, err := s.channel(ctx)
		if err == nil {
			s.await(echo{order: o, id: line.ID, via: ch})
			err = say(ch, ChatTopic, payload, to)
		}
		if err == nil || !moderates {
			return err
		}
		c.log.Warn("a line goes out without the bot's name", "err", err)
	}
	s.await(echo{order: o, id: line.ID})
	return c.post(ctx, s, payload, to)
}

// receivesWithin is how long a line by the RoomService waits for the channel that its copy comes back by.
const receivesWithin = 3 * time.Second

// opened notes that the server's reliable data channel is open.
func (s *stay) opened(label string) {
	if label == reliable {
		s.receivesOnce.Do(func() { close(s.receives) })
	}
}

// post sends a line by the RoomService. The bot is among the receivers: its own copy shows that the server passed it on.
func (c *Connector) post(ctx context.Context, s *stay, payload []byte, to []string) error {
	t := time.NewTimer(receivesWithin)
	defer t.Stop()
	select {
	case <-s.receives:
	case <-t.C: // then others hear it at least
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

// await remembers a line that is about to be sent.
func (s *stay) await(e echo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.echoes) >= maxEchoes {
		s.echoes = s.echoes[1:]
	}
	s.echoes = append(s.echoes, e)
}

// data takes a message of the server's data channels: lines of the chat.
func (s *stay) data(_ string, message []byte) {
	var p lk.DataPacket
	var line chatLine
	if proto.Unmarshal(message, &p) != nil || p.GetUser().GetTopic() != ChatTopic || json.Unmarshal(p.GetUser().GetPayload(), &line) != nil {
		return
	}
	if c, ok := s.ears.(bot.ChatHandler); ok && p.GetParticipantIdentity() != "" && p.GetParticipantIdentity() != s.identity {
		c.Said(p.GetParticipantIdentity(), line.Message)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.echoes {
		if s.echoes[i].id == line.ID && p.GetParticipantIdentity() == "" {
			s.echoes[i].back = true
		}
	}
}

// sent reports whether the newest line of an order arrived at the server, and what shows it.
func (s *stay) sent(o bot.Command) (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.echoes) - 1; i >= 0; i-- {
		e := s.echoes[i]
		switch {
		case e.order != o:
		case e.via != nil:
			return e.via.Unsent() == 0, "the server acknowledged it"
		default:
			return e.back, "the server passed it on"
		}
	}
	return false, ""
}
