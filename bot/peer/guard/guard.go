// Package guard stands between the network and pion: it opens every socket that pion uses, and passes on a datagram only if it is
// well-formed in one of the protocols that share a WebRTC socket (RFC 7983). It drops and counts all others.
//
// It exists because pion/stun v0.6.1, which pion/webrtc v3 needs, panics on a crafted message (GHSA-34rh-wp3j-6cxc) in one of its own
// goroutines, where nobody can recover, and because no later v0 fixes that. A fuzz test checks what the guard accepts against pion's own
// parsers.
package guard

import "sync/atomic"

// Reason is why a datagram was dropped.
type Reason int

// The reasons, in the order of Reasons.
const (
	// Short means that it is empty or smaller than the smallest packet of its protocol.
	Short Reason = iota
	// Long means that it is larger than pion's ICE agent can read.
	Long
	// STUN means that it looks like a STUN message but is not one that is allowed here (RFC 8489).
	STUN
	// TURN means that its ChannelData is malformed, or arrived where no TURN server is in use (RFC 8656).
	TURN
	// Unknown means that its first byte belongs to none of the protocols in RFC 7983 that are used here.
	Unknown
	// Source means that it arrived at a TURN client's socket, but not from that client's server.
	Source
	reasons
	passes Reason = -1
)

// String returns the reason in one word, as used in the metrics.
func (r Reason) String() string {
	return [reasons]string{"short", "long", "stun", "turn", "unknown", "source"}[r]
}

// Reasons returns all reasons.
func Reasons() []Reason { return []Reason{Short, Long, STUN, TURN, Unknown, Source} }

// Guard opens sockets and counts the datagrams dropped on them. Its zero value is ready to use. Its methods may be called from any
// goroutine. It must not be copied.
type Guard struct {
	dropped [reasons]atomic.Uint64
}

// Dropped returns how many datagrams the Guard has dropped for a reason.
func (g *Guard) Dropped(r Reason) uint64 { return g.dropped[r].Load() }

// pass reports whether a verdict lets a datagram through, and counts the datagram if it does not.
func (g *Guard) pass(r Reason) bool {
	if r == passes {
		return true
	}
	g.dropped[r].Add(1)
	return false
}
