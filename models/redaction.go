package models

import "time"

// LineRedaction takes words out of a line for good: what was said there is neither in the record nor in the sound.
type LineRedaction struct {
	Key Key
	// Words are the places of the words in Utterance.Words, from 0.
	Words []int
	By    string
	When  time.Time
	// Ogg is the line's clip with these words covered, and Peaks its waveform. A clip that is kept and has no Ogg here is
	// deleted.
	Ogg   []byte
	Peaks []byte
}

// RedactedRune stands for one character of a word that was taken out of the record.
const RedactedRune = '▮'
