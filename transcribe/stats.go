package transcribe

import (
	"time"

	"earshot/models"
)

// Stats are a Service's figures since it was made.
type Stats struct {
	// Queued clips wait, QueuedMS is their length, and Working are being decoded or handed on.
	Queued   int
	QueuedMS int64
	Working  int
	// RecoveredMS is the part of QueuedMS that came back from the spool; PartialMS and AgainMS are the lengths of the open
	// stretches and the second looks that wait besides.
	RecoveredMS, PartialMS, AgainMS int64
	// Oldest is how long ago the speech ended that waits longest for its text; 0 when none waits.
	Oldest time.Duration
	// Overdue is how far the most urgent waiting clip is beyond its deadline; 0 when none is.
	Overdue time.Duration
	// Decoded and Failed clips, and Retried attempts.
	Decoded, Failed, Retried uint64
	// Parked lines could not be stored so far and are tried again; Redelivered counts the attempts that failed.
	Parked      int
	Redelivered uint64
	// Looks were made at the clips of verdicts that wait, and LooksLate were given up because nothing was to come of them.
	Looks, LooksLate uint64
	// Degraded finals were decoded by the fallback model; SecondLooks were decoded again in a longer window.
	Degraded, SecondLooks uint64
	// Partials that were shown, PartialsShed that were not decoded, and Retracted ones whose stable words were wrong.
	Partials, PartialsShed, Retracted uint64
	// Rung is where the backlog ladder stands, and Lag how long a final that came now would wait.
	Rung Rung
	Lag  time.Duration
	// Doubted counts the finals with each doubt.
	Doubted map[models.Doubt]uint64
	// PreviewBusy is the decoders' time for open stretches.
	PreviewBusy time.Duration
	// Audio is the length of what was decoded, and Busy the decoders' time for it.
	Audio, Busy time.Duration
}

// add counts a final.
func (t *Stats) add(u models.Utterance) {
	if u.Degraded {
		t.Degraded++
	}
	if t.Doubted == nil {
		t.Doubted = map[models.Doubt]uint64{}
	}
	for _, d := range u.Doubt {
		t.Doubted[d]++
	}
}
