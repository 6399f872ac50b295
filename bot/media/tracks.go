package media

import (
	"sync"

	"earshot/bot/audio"
)

// tracks are the feeds of a session. Its methods may be called from any goroutine.
type tracks struct {
	group sync.WaitGroup

	mu    sync.Mutex
	feeds map[string]*feed // the newest of each track name
	live  map[*feed]bool   // all that are not over
	past  audio.Stats      // of all that are
}

// open runs a feed. One of the same name that is still flushing is waited for, so that no clip number is used twice.
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

// forget adds the figures of a feed that is over to those of the past.
func (t *tracks) forget(f *feed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.past.Add(f.figures.get())
	delete(t.live, f)
	if t.feeds[f.info.Track] == f {
		delete(t.feeds, f.info.Track)
	}
}

// listen has every feed look whether it is listened to.
func (t *tracks) listen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.live {
		f.listen()
	}
}

// endAll ends every track that a connector left open.
func (t *tracks) endAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.live { // a name may have several
		f.End()
	}
}

// addTo sums the figures of all tracks up.
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
