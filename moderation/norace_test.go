//go:build !race

package moderation

// slower: this test binary runs without the race detector.
const slower = 1
