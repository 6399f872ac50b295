// Package models is Earshot's vocabulary: what the packages hand to each other and what the store keeps.
//
// It imports the standard library only and holds no behaviour beyond naming and small derivations, so every other
// package may import it. Times inside a session are milliseconds from the session's start (fields ending in MS);
// points in time for people are time.Time in UTC. Levels are dBFS. Nothing here is safe for concurrent mutation: a
// value that is sent on is given away, slices included.
package models
