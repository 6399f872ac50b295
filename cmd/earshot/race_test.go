//go:build race

package main

// raceDetector makes everything many times as dear.
const raceDetector = true
