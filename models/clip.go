package models

import (
	"fmt"
	"time"
)

// SampleRate is the rate of all PCM in Earshot, in Hz; PCM is mono float32 in [-1, 1].
const SampleRate = 16000

// Key names one stretch of speech for ever. It never depends on row ids or RTP timestamps, so that decoding the same
// clip twice can be seen to be the same work.
type Key struct {
	Session string `json:"session"`
	Epoch   int    `json:"epoch"`
	// Track is the connector's name of the audio track, unique within the session.
	Track string `json:"track"`
	// Seq counts the stretches of the track from 1.
	Seq int `json:"seq"`
}

// String is the key in the form session/epoch/track/seq, fit for logs.
func (k Key) String() string { return fmt.Sprintf("%s/%d/%s/%d", k.Session, k.Epoch, k.Track, k.Seq) }

// Clip is one finished stretch of one person's speech, cut at pauses. It is stored before it is queued for decoding
// and removed from the spool in the transaction that stores its Utterance.
type Clip struct {
	Key
	SpeakerID   string
	SpeakerName string
	Attribution Attribution
	// StartMS and EndMS bound the sound, pre-roll included, in ms from the session's start.
	StartMS, EndMS int64
	// Spoken is when the speech ended. In a clip that this process cut it bears a monotonic reading, so that no step of the
	// wall clock makes the words older or younger; in one read back from the spool it is the wall clock's time at the cut.
	// Zero: nobody knows.
	Spoken time.Time
	// Opus holds the packets of the clip in the container that bot/audio writes and reads. It suffices to make PCM again.
	Opus []byte
	// PCM is the decoded sound: mono, 16 kHz. It is nil for a clip that was read back from the spool until bot/audio
	// decodes it. The receiver of a clip owns it.
	PCM []float32
	// VoicedMS is how much of the clip the voice detector took for speech.
	VoicedMS int64
	// ConcealedMS is how much was made up by the Opus decoder because packets were lost.
	ConcealedMS int64
	// LevelDBFS is the mean level of the voiced part, in dBFS (0 is full scale).
	LevelDBFS float64
	// Forced says the clip was cut for its length, not at a pause.
	Forced bool
	// Attempts counts how often decoding this clip was begun, and once more each time it was seen to fail.
	Attempts int
}

// DurationMS is the clip's length in ms.
func (c Clip) DurationMS() int64 { return c.EndMS - c.StartMS }

// backwards is how far a clock may seem to run backwards before it is taken to have been set.
const backwards = time.Minute

// unknownAge stands for the age of words that seem to be from the future: the wall clock was set back since they were
// spoken. Nothing is to be done about them as if they had just been said.
const unknownAge = 24 * time.Hour

// Age is how long ago something was said, now being time.Now: by the monotonic clock for words of this process, by the wall
// clock for those of an earlier one.
func Age(spoken, now time.Time) time.Duration {
	age := now.Sub(spoken)
	if age < -backwards {
		return unknownAge
	}
	return max(0, age)
}

// GapCause says why something was not heard. The list is closed.
type GapCause string

// The causes of gaps.
const (
	GapLoss     GapCause = "loss"     // packets did not arrive
	GapCut      GapCause = "cut"      // the connection was down
	GapOverload GapCause = "overload" // this machine could not keep up
	GapFault    GapCause = "fault"    // an error in Earshot: the sound could not be decoded
	GapRestart  GapCause = "restart"  // Earshot was not running
	GapPaused   GapCause = "paused"   // a host wanted a pause
	GapObjected GapCause = "objected" // the speaker does not want to be written down
	GapUnstored GapCause = "unstored" // it was heard, and the disk did not take it
	GapDamaged  GapCause = "damaged"  // a recording is damaged, or breaks off
)

// Gap is a stretch in which somebody may have spoken and was not heard. Reviewers see it in its place.
type Gap struct {
	Session     string   `json:"session"`
	SpeakerID   string   `json:"speaker_id,omitempty"` // empty: everybody
	SpeakerName string   `json:"speaker,omitempty"`
	StartMS     int64    `json:"start_ms"`
	EndMS       int64    `json:"end_ms"`
	LostMS      int64    `json:"lost_ms"` // how much of the stretch is missing
	Cause       GapCause `json:"cause"`
}

// Loss is a gap that there will be if the program ends now: what was heard waits in memory for room on the disk.
type Loss struct {
	Gap
	// Key is the clip's; zero for what was a gap already.
	Key Key `json:"key"`
	// Settled says that nobody will store it any more: it is lost.
	Settled bool `json:"settled,omitempty"`
}

// LossOf is what is lost when a clip cannot be stored.
func LossOf(c Clip) Loss {
	return Loss{Key: c.Key, Gap: Gap{
		Session: c.Session, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName,
		StartMS: c.StartMS, EndMS: c.EndMS, LostMS: c.DurationMS(), Cause: GapUnstored,
	}}
}

// Trouble is why the record takes nothing at the moment.
type Trouble struct {
	Since time.Time
	// Full says that there is no room on the disk.
	Full bool
	Err  error
}

// SpoolUsage is how much the spool holds.
type SpoolUsage struct {
	Waiting      int   `json:"waiting"` // clips that wait for decoding
	WaitingBytes int64 `json:"waiting_bytes"`
	Failed       int   `json:"failed"` // clips kept because they could not be decoded
	FailedBytes  int64 `json:"failed_bytes"`
}
