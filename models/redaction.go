package models

import (
	"time"
)

// LineRedaction takes words out of a line for good: what was said there is neither in the record nor in the sound.
type LineRedaction struct {
	Key Key
	// Words are the places of the words in Utterance.Words, from 0.
	Words []int
	By    string
	When  time.Time
	// Clips are the clips in which the words are heard, with them covered: their sound and waveform take the place of
	// what is stored. The line's own clip is deleted when it is not among them.
	Clips []Evidence
}

// RedactedRune stands for one character of a word that was taken out of the record.
const RedactedRune = '▮'
