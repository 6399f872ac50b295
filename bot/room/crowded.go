package room

import (
	"fmt"
	"time"
)

// crowdedEvery is how often at most the host is told of it.
const crowdedEvery = time.Minute

// Crowded implements CrowdHandler.
func (v *visit) Crowded(open int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over || time.Since(v.crowded) < crowdedEvery {
		return
	}
	v.crowded = time.Now()
	v.room.log.Warn("more tracks than are read at a time", "open", open)
	const text = "%d tracks are open, as many as the bot hears at a time: who speaks on another one is heard when one of these ends"
	v.room.note(v.can, fmt.Sprintf(text, open))
}
