package bottest

import (
	"context"
	"sync"

	"earshot/models"
)

// MemorySink is a media.Sink in memory. What it holds may be read while nothing is stored, or holding Mu. Before, when set, is called
// with each clip and may block or fail.
type MemorySink struct {
	Before func(models.Clip) error

	Mu       sync.Mutex
	Clips    []models.Clip
	Gaps     []models.Gap
	Speakers []models.Speaker
}

// Clip implements media.Sink.
func (n *MemorySink) Clip(_ context.Context, c models.Clip) error {
	if n.Before != nil {
		if err := n.Before(c); err != nil {
			return err
		}
	}
	n.Mu.Lock()
	defer n.Mu.Unlock()
	n.Clips = append(n.Clips, c)
	return nil
}

// Gap implements media.Sink.
func (n *MemorySink) Gap(_ context.Context, g models.Gap) error {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	n.Gaps = append(n.Gaps, g)
	return nil
}

// Speaker implements media.Sink.
func (n *MemorySink) Speaker(_ context.Context, s models.Speaker) error {
	n.Mu.Lock()
	defer n.Mu.Unlock()
	n.Speakers = append(n.Speakers, s)
	return nil
}
