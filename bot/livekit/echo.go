package livekit

import (
	"crypto/rand"
	"encoding/json"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"earshot/bot"
)

// maxEchoes bounds the lines that are waited for.
const maxEchoes = 256

// echo is a line of ours on its way through the server.
type echo struct {
	order bot.Order
	id    string
	back  bool
}

// await notes that a line is about to be sent and returns its id.
func (s *stay) await(o bot.Order) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.echoes) >= maxEchoes {
		s.echoes = s.echoes[1:]
	}
	e := echo{order: o, id: rand.Text()}
	s.echoes = append(s.echoes, e)
	return e.id
}

// data takes a message of the server's data channels: only the bot's own lines matter.
func (s *stay) data(_ string, message []byte) {
	var p lk.DataPacket
	var line chatLine
	if proto.Unmarshal(message, &p) != nil || p.GetUser().GetTopic() != ChatTopic || json.Unmarshal(p.GetUser().GetPayload(), &line) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.echoes {
		if s.echoes[i].id == line.ID {
			s.echoes[i].back = true
		}
	}
}

// echoed reports whether the newest line of an order came back.
func (s *stay) echoed(o bot.Order) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.echoes) - 1; i >= 0; i-- {
		if s.echoes[i].order == o {
			return s.echoes[i].back
		}
	}
	return false
}
