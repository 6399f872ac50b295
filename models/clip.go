package models

import (
	"fmt"
	"time"
)

// SampleRate is the rate of all PCM in Earshot, in Hz; PCM is mono float32 in [-1, 1].
const SampleRate = 16000

// Key identifies a segment of speech permanently. It does not depend on row ids or RTP timestamps, so that decoding a clip twice is
// recognised as the same work.
type Key struct {
	Session string `json:"session"`
	Epoch   int    `json:"epoch"`
	// Track is the connector's name of the audio track, unique within the session.
	Track string `json:"track"`
	// Seq counts the segments of the track from 1.
	Seq int `json:"seq"`
}

// String is the key in the form session/epoch/track/seq, fit for logs.
func (k Key) String() string { return fmt.Sprintf("%s/%d/%s/%d", k.Session, k.Epoch, k.Track, k.Seq) }

// Clip is a finished segment of a person's speech, cut at pauses. It is stored before it is queued for decoding, and removed from the
// spool in the transaction that stores its Utterance.
type Clip struct {
	Key
	SpeakerID   string
	SpeakerName string
	Attribution Attribution
	// StartMS and EndMS bound the audio, including the pre-roll, in ms from the session's start.
	StartMS, EndMS int64
	// Spoken is when the speech ended; zero if unknown. In a clip cut by this process it has a monotonic reading, so that changes
	// to the wall clock do not affect the age of the words; in one from the spool it is the wall-clock time of the cut.
	Spoken time.Time
	// Opus holds the packets of the clip in the container of bot/audio, which can be decoded to PCM again.
	Opus []byte
	// PCM is the decoded audio: mono, 16 kHz. It is nil in a clip from the spool until bot/audio decodes it. The receiver of a clip
	// owns it.
	PCM []float32
	// VoicedMS is the duration of speech in the clip, according to the voice detector.
	VoicedMS int64
	// ConcealedMS is how much was concealed because packets were lost.
	ConcealedMS int64
	// LevelDBFS is the mean level of the voiced part, in dBFS (0 is full scale).
	LevelDBFS float64
	// Forced reports that the clip was cut for its length, not at a pause.
	Forced bool
	// Attempts counts decodes begun, plus one for each observed failure.
	Attempts int
	// Home is the node that stores the clip's line; empty where one process does everything. Only Home may decode the clip until
	// Reserved has passed since it was stored.
	Home     string
	Reserved time.Duration
}

// DurationMS is the clip's length in ms.
func (c Clip) DurationMS() int64 { return c.EndMS - c.StartMS }

// backwards is how far a clock may seem to run backwards before it counts as having been set.
const backwards = time.Minute

// unknownAge is the age of words that seem to be from the future because the wall clock was set back. They must not be treated as if
// they had just been said.
const unknownAge = 24 * time.Hour

// Age returns how long ago something was said, now being time.Now: by the monotonic clock for words of this process, by the wall
// clock otherwise.
func Age(spoken, now time.Time) time.Duration {
	age := now.Sub(spoken)
	if age < -backwards {
		return unknownAge
	}
	return max(0, age)
}

// GapCause is why something was not heard. The list is closed.
type GapCause string

// The causes of gaps.
const (
	GapLoss     GapCause = "loss"     // packets did not arrive
	GapCut      GapCause = "cut"      // the connection was down
	GapOverload GapCause = "overload" // this machine could not keep up
	GapFault    GapCause = "fault"    // an error in Earshot: the audio could not be decoded
	GapRestart  GapCause = "restart"  // Earshot was not running
	GapPaused   GapCause = "paused"   // a host had paused listening
	GapObjected GapCause = "objected" // the speaker objected to being recorded
	GapUnstored GapCause = "unstored" // it was heard but could not be stored
	GapDamaged  GapCause = "damaged"  // a recording is damaged or truncated
	// GapEncrypted: the track was encrypted end to end, so that only other participants could hear it.
	GapEncrypted GapCause = "encrypted"
)

// Gap is a span in which somebody may have spoken and was not heard. Reviewers see it in the transcript.
type Gap struct {
	Session     string   `json:"session"`
	SpeakerID   string   `json:"speaker_id,omitempty"` // empty: everybody
	SpeakerName string   `json:"speaker,omitempty"`
	StartMS     int64    `json:"start_ms"`
	EndMS       int64    `json:"end_ms"`
	LostMS      int64    `json:"lost_ms"` // how much of the span is missing
	Cause       GapCause `json:"cause"`
}

// Loss is a gap that will result if the program ends now: what was heard is in memory because it can't be stored.
type Loss struct {
	Gap
	// Settled reports that it can no longer be stored.
	Key Key `json:"key"`
	// Settled reports that it will not be stored any more.
	Settled bool `json:"settled,omitempty"`
}

// LossOf returns the loss if a clip can't be stored.
func LossOf(c Clip) Loss {
	return Loss{Key: c.Key, Gap: Gap{
		Session: c.Session, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName,
		StartMS: c.StartMS, EndMS: c.EndMS, LostMS: c.DurationMS(), Cause: GapUnstored,
	}}
}

// Trouble is why the store can't be written to at the moment.
type Trouble struct {
	Since time.Time
	// Full reports that the disk is full.
	Full bool
	Err  error
}

// DecodeWithin is how long after the end of speech its text is due.
const DecodeWithin = 2 * time.Second

// ClipClaim is a node's request for clips to decode.
type ClipClaim struct {
	Node string
	// Lease is for how long the clips are the node's, unless it renews its claim.
	Lease time.Duration
	// Most is how many clips are wanted at most.
	Most int
	// Old prefers clips of speech that ended long ago to those of live speech.
	Old bool
}

// Backlog is what waits to be decoded, by any node.
type Backlog struct {
	// Clips and AudioMS count the clips that nobody decodes and that are not reserved any more.
	Clips   int
	AudioMS int64
	// Waited is how long the clip of live speech that has waited longest has been in the spool.
	Waited time.Duration
	// Slots is how many clips all nodes can decode at a time; 0 if that is not known.
	Slots int
}

// SpoolUsage is the usage of the spool.
type SpoolUsage struct {
	Waiting      int   `json:"waiting"` // clips that wait for decoding
	WaitingBytes int64 `json:"waiting_bytes"`
	Failed       int   `json:"failed"` // clips kept because they could not be decoded
	FailedBytes  int64 `json:"failed_bytes"`
}
