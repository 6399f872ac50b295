//go:build race

package bot_test

// raceDetector makes everything many times as dear.
const raceDetector = true
