package transcribe

import (
	"time"

	"earshot/models"
)

// Stats are a Service's figures since it was made.
type Stats struct {
	// Queued counts queued clips, QueuedMS their duration, and Working those being decoded or delivered.
	Queued   int
	QueuedMS int64
	Working  int
	// RecoveredMS is the part of QueuedMS recovered from the spool. PartialMS and AgainMS are the durations of queued open
	// segments and second looks, which QueuedMS does not include.
	RecoveredMS, PartialMS, AgainMS int64
	// Oldest is how long ago the oldest queued speech ended; 0 if none is queued.
	Oldest time.Duration
	// Overdue is how far the most urgent queued clip is past its deadline; 0 if none is.
	Overdue time.Duration
	// Decoded and Failed count clips, Retried counts attempts.
	Decoded, Failed, Retried uint64
	// Parked counts utterances that could not be stored yet and are retried, Redelivered the attempts that failed.
	Parked int
	// Elsewhere counts clips that other processes decode for this one, Answered those that they have decoded.
	Elsewhere   int
	Answered    uint64
	Redelivered uint64
	// Looks counts second looks made for pending verdicts, LooksLate those skipped because they came too late.
	Looks, LooksLate uint64
	// Degraded counts finals decoded by the fallback model, SecondLooks those decoded again in a longer window.
	Degraded, SecondLooks uint64
	// Partials counts those shown, PartialsShed those not decoded, Retracted those whose stable words were wrong.
	Partials, PartialsShed, Retracted uint64
	// Rung is the current rung of the backlog ladder, Lag how long a final submitted now would wait.
	Rung Rung
	Lag  time.Duration
	// Doubted counts the finals with each doubt.
	Doubted map[models.Doubt]uint64
	// PreviewBusy is the time that decoders spent on open segments.
	PreviewBusy time.Duration
	// Audio is the duration of the clips decoded, Busy the time that decoders spent on them.
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
