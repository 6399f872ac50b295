package room

import (
	"context"
	"time"

	"earshot/models"
)

const (
	// FarewellTime is how long the bot stays in a room at most for the last things that are to be done there.
	FarewellTime = 5 * time.Second
	// drainTime is how long it stores what was heard, by default.
	drainTime = 20 * time.Second
	// StopTime is how long Run takes at most, by default, to return when its context has ended: nobody comes back from the
	// farewell, the connector does not let go, and the sink takes nothing.
	StopTime = FarewellTime + letGo + drainTime + giveUpTime
)

// farewell hears nothing more, and has the last things done in the room while its connection stands.
func (v *visit) farewell(connected, stay context.Context) {
	v.mu.Lock()
	joined := v.joined
	v.over = true
	v.mu.Unlock()
	if !joined {
		return
	}
	v.room.pipe.endAll()
	ctx, cancel := context.WithTimeout(connected, FarewellTime)
	defer cancel()
	why, _ := stopped(stay)
	v.room.farewell(ctx, why)
}

// farewell has the last things done, once.
func (r *Room) farewell(ctx context.Context, why models.EndReason) {
	if r.parted || r.cfg.Farewell == nil {
		return
	}
	r.parted = true
	r.cfg.Farewell(ctx, why)
}
