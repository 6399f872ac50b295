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
	// Decoding says that packets are decoded as they come: somebody may be speaking. Otherwise the track costs next to
	// nothing, since the level or the lack of packets says that nobody does. It is a state too.
	Decoding bool
}

// Add adds another track's counters; states are left alone.
func (s *Stats) Add(o Stats) {
	s.Packets += o.Packets
	s.Duplicate += o.Duplicate
	s.Late += o.Late
	s.Stray += o.Stray
	s.Padding += o.Padding
	s.Lost += o.Lost
	s.BadOpus += o.BadOpus
	s.SSRCChanges += o.SSRCChanges
	s.Restarts += o.Restarts
	s.DecodedMS += o.DecodedMS
	s.RecoveredMS += o.RecoveredMS
	s.ConcealedMS += o.ConcealedMS
	s.LostMS += o.LostMS
	s.DTXMS += o.DTXMS
	s.SkippedMS += o.SkippedMS
	s.VoicedMS += o.VoicedMS
	s.Clips += o.Clips
	s.Forced += o.Forced
	s.Discarded += o.Discarded
	s.DiscardedMS += o.DiscardedMS
}
