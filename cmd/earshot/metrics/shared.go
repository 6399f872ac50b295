package metrics

import (
	"strings"
	"time"

	"earshot/bot/fleet"
	"earshot/models"
)

// Shared is what a process has of what it shares with others that use its database, and how all of them are.
type Shared struct {
	Leases fleet.LeaseStats
	// Claimed counts clips of others that this process decoded, or began to; Answered those of its own that others decoded.
	Claimed, Answered uint64
	// Clock is by how much the clocks of this machine and of the database differ.
	Clock time.Duration

	// The others are of all processes together. Nodes counts them by state; nil: the database can't be read.
	Nodes map[string]int
	// Unheard is how many rooms should be heard and aren't, Waiting how many clips any process may decode, and Oldest how long the one
	// has waited that has waited longest; negative: the database can't be read.
	Unheard, Waiting int
	Oldest           time.Duration
}

// sharedMeasures are the metrics of what processes share, first of this one and then of all.
func sharedMeasures() []measure {
	const lost, lostHelp = "leases_lost_total", "Leases of rooms that were not given up: another process took the room, or the lease could " +
		"not be renewed."
	count := func(name, help string, read func(Shared) uint64) measure {
		return measure{name, "", "", counter, help, func(f Figures) float64 { return float64(read(f.Shared)) }}
	}
	now := func(name, help string, read func(Shared) float64) measure {
		return measure{name, "", "", gauge, help, func(f Figures) float64 { return read(f.Shared) }}
	}
	out := []measure{
		now("leases", "Rooms that are this process's to hear.", func(s Shared) float64 { return float64(s.Leases.Held) }),
		now("lease_age_seconds", "Time since the lease was renewed that was not for longest.",
			func(s Shared) float64 { return s.Leases.Age.Seconds() }),
		count("leases_taken_total", "Leases of rooms that this process got.", func(s Shared) uint64 { return s.Leases.Taken }),
		{lost, "reason", "taken", counter, lostHelp, func(f Figures) float64 { return float64(f.Shared.Leases.Lost) }},
		{lost, "reason", "expired", counter, lostHelp, func(f Figures) float64 { return float64(f.Shared.Leases.Expired) }},
		count("leases_handed_over_total", "Leases of rooms handed over to another process.",
			func(s Shared) uint64 { return s.Leases.HandedOver }),
		count("clips_claimed_total", "Clips of other processes claimed for decoding.", func(s Shared) uint64 { return s.Claimed }),
		count("clips_answered_total", "Clips of this process that others decoded.", func(s Shared) uint64 { return s.Answered }),
		now("clock_difference_seconds", "Difference between the clocks of this machine and of the database.",
			func(s Shared) float64 { return s.Clock.Seconds() }),
		now("cluster_unheard_rooms", "Rooms that should be heard and that no process hears, in all processes.",
			func(s Shared) float64 { return float64(s.Unheard) }),
		now("cluster_backlog_clips", "Clips that any process may decode and none does.",
			func(s Shared) float64 { return float64(s.Waiting) }),
		now("cluster_oldest_clip_seconds", "How long the clip of live speech has waited among them that has waited longest.",
			func(s Shared) float64 { return s.Oldest.Seconds() }),
	}
	for _, state := range []string{models.NodeAlive, models.NodeSilent, models.NodeClock} {
		out = append(out, measure{
			"cluster_processes", "state", strings.ReplaceAll(state, " ", "_"), gauge, "Processes that share the database.",
			func(f Figures) float64 {
				if f.Shared.Nodes == nil {
					return -1
				}
				return float64(f.Shared.Nodes[state])
			},
		})
	}
	return out
}
