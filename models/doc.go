// Package models is Earshot's vocabulary: the types that packages exchange and the store holds.
//
// It imports the standard library only and has no behaviour beyond naming and small derivations, so that every other package may
// import it. Session times are milliseconds from the session's start (fields ending in MS); wall-clock times are time.Time in UTC.
// Levels are dBFS. Nothing here is safe for concurrent mutation: a value that is passed on is given away, including its slices.
package models
