//go:build race

package summary

// raceFactor is how much slower the race detector may be.
const raceFactor = 15
