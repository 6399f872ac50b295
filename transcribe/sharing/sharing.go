// Package sharing lets the processes that share a database decode each other's clips. Who heard a clip decodes it when it has a free
// slot; what waits longer is decoded by any process that has one, and its line goes back to who heard it, in whose session it is
// judged and stored.
package sharing

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

const (
	// Reserve is for how long only the process that heard a clip may decode it, if it decodes at all.
	Reserve = 300 * time.Millisecond
	// lease is for how long a clip is a process's, which renews it in time.
	lease, renewEvery = 30 * time.Second, 10 * time.Second
	// lookEvery is how often clips of others, and lines for own ones, are looked for.
	lookEvery = 40 * time.Millisecond
	// measureEvery is how often the backlog of all processes is measured.
	measureEvery = 500 * time.Millisecond
	// recallAfter is when a clip that another process decodes is asked for again, in case its claim has ended.
	recallAfter = 5 * time.Second
	// oldShare: one claim in so many prefers speech that ended long ago.
	oldShare = 4
	// retryAfter is how long nothing is asked of a database that has failed.
	retryAfter = time.Second
	// stopTime is how long giving back clips may take at the end.
	stopTime = 5 * time.Second
)

// Claims holds who decodes which clip.
type Claims interface {
	ClaimClips(context.Context, models.ClipClaim) ([]models.Clip, error)
	ClaimClip(ctx context.Context, k models.Key, node string, lease time.Duration) (int, error)
	RenewClips(ctx context.Context, node string, lease time.Duration, keys []models.Key) error
}

// Lines holds the lines on their way to who stores them.
type Lines interface {
	PutResult(ctx context.Context, node string, u models.Utterance) error
	Results(ctx context.Context, home string) ([]models.Utterance, error)
}

// Spool is what processes share.
type Spool interface {
	Claims
	Lines
	ReleaseClips(ctx context.Context, node string, keys []models.Key) error
	Backlog(context.Context) (models.Backlog, error)
}

// Config configures a Sharer.
type Config struct {
	Spool Spool
	// Node is the id of this process.
	Node string
	// Done takes the lines of clips that this process heard, or whose sessions it has taken over; nil: it hears none.
	Done transcribe.Done
	Log  *slog.Logger
}

// Sharer shares the work of a transcribe.Service with other processes. Note and Done are for the Service's configuration.
type Sharer struct {
	Config
	text  *transcribe.Service
	share transcribe.Sharing
	wake  chan struct{}
	away  outage
	taken map[models.Key]bool // lines that were there at the last look, and were delivered; Run's goroutine owns it

	mu      sync.Mutex
	foreign map[models.Key]bool // clips of others that this process decodes
	claims  int                 // asked for
	claimed uint64              // clips
	rests   bool
}

// outage is whether the database answers. Run's goroutine owns it.
type outage struct {
	down  bool
	until time.Time // when to ask again
}

// New returns a Sharer. Call Into before Run.
func New(c Config) *Sharer {
	return &Sharer{Config: c, wake: make(chan struct{}, 1), foreign: map[models.Key]bool{}}
}

// Into sets the Service. It is called once, since each refers to the other.
func (s *Sharer) Into(text *transcribe.Service) { s.text, s.share = text, transcribe.NewSharing(text) }

// Claimed counts the clips of others that this process has claimed.
func (s *Sharer) Claimed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claimed
}

// Rest ends claiming clips of others, or begins it again. Those that it has are decoded still.
func (s *Sharer) Rest(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rests = on
}

// Note implements transcribe.Config.NoteAttempt: it claims the clip.
func (s *Sharer) Note(ctx context.Context, k models.Key) (int, error) {
	n, err := s.Spool.ClaimClip(ctx, k, s.Node, lease)
	switch {
	case errors.Is(err, models.ErrNotFound):
		s.forget(k)
	case errors.Is(err, models.ErrConflict) && s.forget(k): // the claim has passed to another
		return 0, models.ErrNotFound
	case errors.Is(err, models.ErrConflict):
		return 0, transcribe.ErrElsewhere
	}
	return n, err
}

// Deliver implements transcribe.Done: it stores the line of another process's clip for that one, and passes on those of own clips.
func (s *Sharer) Deliver(ctx context.Context, u models.Utterance) error {
	if !s.others(u.Key) {
		return s.Done(ctx, u)
	}
	err := s.Spool.PutResult(ctx, s.Node, u)
	if errors.Is(err, models.ErrConflict) || errors.Is(err, models.ErrNotFound) { // the claim has passed to another, or it is erased
		s.Log.Info("a clip was decoded by another process meanwhile, or erased", "session", u.Session, "key", u.Key.String())
		err = nil
	}
	if err == nil {
		s.forget(u.Key)
		select {
		case s.wake <- struct{}{}: // there is a slot for the next one
		default:
		}
	}
	return err
}

func (s *Sharer) others(k models.Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.foreign[k]
}

// forget reports whether the clip was another process's.
func (s *Sharer) forget(k models.Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.foreign[k]
	delete(s.foreign, k)
	return was
}

// Run shares the work until the context ends, and then gives back the clips of others that are not decoded. The Service's Run ends no
// later. Problems with the database are logged, and tried again.
func (s *Sharer) Run(ctx context.Context) error {
	look, renew, measure := time.NewTicker(lookEvery), time.NewTicker(renewEvery), time.NewTicker(measureEvery)
	defer look.Stop()
	defer renew.Stop()
	defer measure.Stop()
	for {
		select {
		case <-ctx.Done():
			s.giveBack(ctx)
			return nil
		case <-renew.C:
			s.answers(ctx, "claims of clips were not renewed", s.Spool.RenewClips(ctx, s.Node, lease, s.held()))
		case <-measure.C:
			s.measure(ctx)
		case <-s.wake:
			s.claim(ctx)
		case <-look.C:
			s.collect(ctx)
			s.claim(ctx)
		}
	}
}

// held lists the clips that are this process's to decode.
func (s *Sharer) held() []models.Key {
	keys := s.share.Working()
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.foreign {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

func (s *Sharer) measure(ctx context.Context) {
	if s.waits() {
		return
	}
	b, err := s.Spool.Backlog(ctx)
	if !s.answers(ctx, "the backlog was not measured", err) {
		return
	}
	s.share.Whole(b)
	s.share.Recall(recallAfter)
}

// collect delivers the lines that others made of clips of this process, each once: it may still be there when it is looked for again,
// and its clip be done and forgotten by then.
func (s *Sharer) collect(ctx context.Context) {
	if s.Done == nil || !s.share.Waits() || s.waits() {
		return
	}
	lines, err := s.Spool.Results(ctx, s.Node)
	if !s.answers(ctx, "lines from other processes were not read", err) {
		return
	}
	taken := make(map[models.Key]bool, len(lines))
	for _, u := range lines {
		if s.taken[u.Key] || s.share.Answer(u) {
			taken[u.Key] = true
		}
	}
	s.taken = taken
}

// claim claims clips of others for the slots that are free.
func (s *Sharer) claim(ctx context.Context) {
	free := s.share.Idle()
	s.mu.Lock()
	s.claims++
	old, rests := s.claims%oldShare == 0, s.rests
	s.mu.Unlock()
	if free == 0 || rests || s.waits() {
		return
	}
	clips, err := s.Spool.ClaimClips(ctx, models.ClipClaim{Node: s.Node, Lease: lease, Most: free, Old: old})
	s.answers(ctx, "no clips could be claimed", err)
	for _, c := range clips {
		s.mu.Lock()
		s.foreign[c.Key] = true
		s.claimed++
		s.mu.Unlock()
		s.text.Submit(c)
	}
}

// giveBack lets others decode at once what this process does not any more.
func (s *Sharer) giveBack(ctx context.Context) {
	s.mu.Lock()
	keys := slices.Collect(maps.Keys(s.foreign))
	s.mu.Unlock()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := s.Spool.ReleaseClips(last, s.Node, keys); err != nil {
		s.Log.Warn("clips of other processes were not given back; their claims end by themselves", "clips", len(keys), "err", err)
	}
}

// waits reports whether the database has just failed.
func (s *Sharer) waits() bool { return time.Now().Before(s.away.until) }

// answers takes the outcome of a request to the database and reports whether it succeeded. Of failures in a row only the first is
// logged.
func (s *Sharer) answers(ctx context.Context, what string, err error) bool {
	switch {
	case err == nil && s.away.down:
		s.Log.Info("clips are shared with other processes again")
		s.away = outage{}
	case err != nil && ctx.Err() == nil:
		if !s.away.down {
			s.Log.Warn(what, "err", err) //nolint:sloglint // a constant at every caller
		}
		s.away = outage{down: true, until: time.Now().Add(retryAfter)}
	}
	return err == nil
}
