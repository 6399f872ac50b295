//go:build race

package roomtest

// raceDetector makes everything many times as dear.
const raceDetector = true
