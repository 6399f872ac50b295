//go:build race

package trial

// raceDetector makes everything many times as dear.
const raceDetector = true
