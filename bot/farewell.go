package bot

import (
	"context"
	"time"

	"earshot/models"
)

// FarewellTime is how long the bot stays in a room at most for the last things that are to be done there.
const FarewellTime = 5 * time.Second

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
