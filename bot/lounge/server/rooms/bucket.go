package rooms

import "time"

// Limits of the chat. Lines are passed on and not kept.
const (
	chatBurst = 6 // lines at once
	chatEvery = time.Second
)

// bucket bounds how many lines a watcher may send.
type bucket struct {
	left int
	at   time.Time
}

func (b *bucket) take(now time.Time) bool {
	if b.at.IsZero() {
		b.left, b.at = chatBurst, now
	}
	if n := int(now.Sub(b.at) / chatEvery); n > 0 {
		b.left = min(chatBurst, b.left+n)
		b.at = b.at.Add(time.Duration(n) * chatEvery)
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}
