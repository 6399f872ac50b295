package audio

// VADBlock is how many samples a voice detector takes at once: 32 ms at 16 kHz.
const VADBlock = 512

// vadBlockMS is the same in ms.
const vadBlockMS = VADBlock / 16

// VAD tells speech from everything else. A VAD belongs to one track.
type VAD interface {
	// Speech is the probability, 0 to 1, that the frame of VADBlock samples holds speech. Frames come in order; the
	// frame is valid during the call.
	Speech(frame []float32) float32
	// Reset is called before sound that has nothing to do with what came before, and when a track falls silent for
	// long: the VAD forgets, and may give back what it holds.
	Reset()
}
