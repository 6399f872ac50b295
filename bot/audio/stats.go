package audio

// Stats are a track's counters. Each packet counts under the first heading that applies.
type Stats struct {
	Packets   int64 // all that were pushed
	Duplicate int64
	Late      int64 // arrived after the reorder window had given up on them
	Stray     int64 // of an unknown SSRC or distant sequence number, without becoming a new stream
	Padding   int64 // without payload
	Lost      int64 // did not arrive in time (includes late ones)
	BadOpus   int64 // could not be decoded: concealed

	SSRCChanges int64 // new streams of the same speaker
	Restarts    int64 // jumps of sequence number or timestamp that restarted the media time

	DecodedMS   int64 // decoded audio
	RecoveredMS int64 // lost audio recovered from in-band FEC
	ConcealedMS int64 // lost audio replaced by concealment
	LostMS      int64 // lost audio replaced by silence: the gaps
	DTXMS       int64 // silence that the sender did not send
	SkippedMS   int64 // silence according to the audio level, not decoded

	VoicedMS    int64 // speech
	Clips       int64 // passed to the sink
	Forced      int64 // of them, cut for their length
	Discarded   int64 // bursts too short to be a word
	DiscardedMS int64

	// LevelDBFS is the level of the latest decoded audio; silence has -100.
	LevelDBFS float64
	// Speaking reports whether a segment of speech is open. It is a state, not a counter.
	Speaking bool
	// Decoding reports whether packets are decoded. They are not while the audio level or the lack of packets shows that
	// nobody speaks; the track then costs next to nothing. It is a state too.
	Decoding bool
}

// Add adds another track's counters, but not its states.
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
