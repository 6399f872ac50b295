package audio

// VADBlock is the block size of a voice detector in samples: 32 ms at 16 kHz.
const VADBlock = 512

// vadBlockMS is the same in ms.
const vadBlockMS = VADBlock / 16

// VAD detects speech. A VAD belongs to one track.
type VAD interface {
	// Speech returns the probability, 0 to 1, that the frame of VADBlock samples contains speech. Frames are consecutive;
	// each is valid during the call.
	Speech(frame []float32) float32
	// Reset resets the state, before audio that is unrelated to the previous audio and when a track is silent for long: the VAD
	// may free resources.
	Reset()
}
