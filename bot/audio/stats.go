package audio

// Stats counts what a track went through since it was made. All counters only rise. Packets are counted once under the
// first heading that fits.
type Stats struct {
	Packets   int64 // all that were pushed
	Duplicate int64 // came twice
	Late      int64 // came after their place was given up
	Stray     int64 // of an unknown SSRC or far-off sequence number that did not turn out to be a new stream
	Padding   int64 // without sound
	Lost      int64 // never came in time (late ones included)
	BadOpus   int64 // could not be decoded: concealed

	SSRCChanges int64 // new streams of the same speaker
	Restarts    int64 // jumps of sequence number or timestamp that began the media time anew

	DecodedMS   int64 // sound that was decoded
	RecoveredMS int64 // lost sound that was recovered from in-band FEC
	ConcealedMS int64 // lost sound that was made up by concealment
	LostMS      int64 // lost sound that was replaced by silence: the gaps
	DTXMS       int64 // silence that the sender did not send
	SkippedMS   int64 // silence by the audio level, not decoded

	VoicedMS    int64 // taken for speech
	Clips       int64 // given to the sink
	Forced      int64 // of them, cut for their length
	Discarded   int64 // bursts too short to be a word
	DiscardedMS int64

	// LevelDBFS is the level of the latest sound that was decoded, in dBFS; silence has -100.
	LevelDBFS float64
	// Speaking says that a stretch of speech is open now. It is a state, not a counter.
	Speaking bool
}
