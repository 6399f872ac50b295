//go:build !race

package programtest

// RaceDetector says that the tests run with the race detector, which makes everything many times as dear.
const RaceDetector = false
