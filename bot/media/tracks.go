package media

import (
	"sync"

	"earshot/bot/audio"
)

// tracks holds the feeds of a session. Its methods may be called from any goroutine.
type tracks struct {
	group sync.WaitGroup

	mu    sync.Mutex
	feeds map[string]*feed // the latest of each track name
	live  map[*feed]bool   // those that have not ended
	past  audio.Stats      // of those that have ended
}

// open runs a feed once an earlier one of the same name has been flushed, so that no clip number is used twice.
func (t *tracks) open(f *feed) {
	t.mu.Lock()
	f.listen()
	before := t.feeds[f.info.Track]
	if t.feeds == nil {
		t.feeds, t.live = map[string]*feed{}, map[*feed]bool{}
	}
	t.feeds[f.info.Track] = f
	t.live[f] = true
	t.mu.Unlock()
	t.group.Go(func() {
		defer close(f.done)
		if before != nil {
			<-before.done
		}
		f.run()
		t.forget(f)
	})
}

// forget removes a feed that has ended and adds its counters to the past.
func (t *tracks) forget(f *feed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.past.Add(f.figures.get())
	delete(t.live, f)
	if t.feeds[f.info.Track] == f {
		delete(t.feeds, f.info.Track)
	}
}

// listen updates the hearing of every feed.
func (t *tracks) listen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.live {
		f.listen()
	}
}

// endAll ends every feed.
func (t *tracks) endAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.live { // there may be several of the same name
		f.End()
	}
}

// addTo adds the figures of all tracks.
func (t *tracks) addTo(s *Stats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Media.Add(t.past)
	for f := range t.live {
		track := f.figures.get()
		s.Media.Add(track)
		if track.Decoding {
			s.Decoded++
		} else {
			s.Silent++
		}
	}
}
