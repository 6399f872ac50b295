// Package guard stands between the network and pion: every socket that pion uses is opened here, and a datagram is handed
// on only when it is well-formed by the protocols that share a WebRTC socket (RFC 7983). The rest is dropped and counted.
//
// It is there because pion/stun v0.6.1, which pion/webrtc v3 needs, panics on a crafted message (GHSA-34rh-wp3j-6cxc) in a
// goroutine of its own, where nobody can recover, and because no later v0 mends that. What it accepts is held against
// pion's own parsers by a fuzz test.
package guard

import "sync/atomic"

// Reason says why a datagram was dropped.
type Reason int

// The reasons, in the order of Reasons.
const (
	// Short is less than the smallest packet of its protocol, or nothing at all.
	Short Reason = iota
	// Long is more than pion's ICE agent can read.
	Long
	// STUN says that a message is not a STUN message that is allowed here (RFC 8489), though it looks like one.
	STUN
	// TURN says that ChannelData is malformed, or came where no TURN server is asked (RFC 8656).
	TURN
	// Unknown is the first byte of no protocol of RFC 7983 that is used here.
	Unknown
	// Source says that it came to the socket of a TURN client from somebody who is not that client's server.
	Source
	reasons
	passes Reason = -1
)

// String is the reason in a word, as the metrics tell it.
func (r Reason) String() string {
	return [reasons]string{"short", "long", "stun", "turn", "unknown", "source"}[r]
}

// Reasons lists every reason.
func Reasons() []Reason { return []Reason{Short, Long, STUN, TURN, Unknown, Source} }

// Guard opens sockets and counts what it dropped on them. The zero value is ready; its methods may be called from any
// goroutine. It must not be copied.
type Guard struct {
	dropped [reasons]atomic.Uint64
}

// Dropped is how many datagrams were dropped for a reason since the Guard was made.
func (g *Guard) Dropped(r Reason) uint64 { return g.dropped[r].Load() }

// pass reports whether a verdict lets a datagram through, and counts it if not.
func (g *Guard) pass(r Reason) bool {
	if r == passes {
		return true
	}
	g.dropped[r].Add(1)
	return false
}
