// Package audio turns one speaker's RTP packets into clips of speech, and sound files into PCM.
//
// The way of one packet: ParsePacket -> reorder window -> gate (audio level) -> Opus decoder at 16 kHz -> voice
// detector -> segmenter -> models.Clip. Every stage is a plain value that is driven by its owner and takes the time
// as an argument: nothing here blocks, starts a goroutine or reads a clock, and nothing is safe for concurrent use.
// One goroutine owns one Track.
//
// Units: RTP media time is counted in samples at 48 kHz, PCM in samples at 16 kHz (models.SampleRate), mono float32
// in [-1, 1]; times in a session are milliseconds from its start; levels are dBFS. This is the only package that
// links libopus.
package audio
