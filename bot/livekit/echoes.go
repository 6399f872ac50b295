package livekit

import (
	"sync"

	"earshot/bot"
	"earshot/bot/peer"
)

// maxEchoes bounds the messages that are remembered.
const maxEchoes = 256

// echo is a message of ours on its way through the server.
type echo struct {
	order bot.Command
	id    string
	via   *peer.Channel // nil: by the RoomService
	back  bool
}

// echoes are our latest messages. Its methods may be called from any goroutine.
type echoes struct {
	mu    sync.Mutex
	lines []echo
	open  chan struct{} // closed when the channel is open by which the RoomService's messages come back
	once  sync.Once
}

func newEchoes() *echoes { return &echoes{open: make(chan struct{})} }

// opened says that messages come back from now on.
func (s *echoes) opened() { s.once.Do(func() { close(s.open) }) }

// await remembers a message that is about to be sent.
func (s *echoes) await(e echo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.lines) >= maxEchoes {
		s.lines = s.lines[1:]
	}
	s.lines = append(s.lines, e)
}

// cameBack records that the server passed a message on.
func (s *echoes) cameBack(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.lines {
		if s.lines[i].id == id {
			s.lines[i].back = true
		}
	}
}

// sent reports whether the latest message of an order reached the server, and how that was seen.
func (s *echoes) sent(o bot.Command) (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.lines) - 1; i >= 0; i-- {
		e := s.lines[i]
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
