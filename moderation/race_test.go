//go:build race

package moderation

// slower: this test binary runs under the race detector, which makes everything as many times slower.
const slower = 8
