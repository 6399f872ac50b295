// Package media takes the packets of a room's tracks to clips of speech and to gaps, the stretches that were not heard, and hands
// both to a store. RTP never waits: what cannot be taken in time is dropped, counted and told as a gap.
package media

import (
	"context"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// chain is the way of a speaker's sound, as each track prints it once in the log.
const chain = "rtp -> jitter -> opus 16k -> vad -> segment -> spool"

// Pipeline takes every track of one session from RTP to the Sink:
//
//	Track: a connector hands packets over        feed:     a bounded channel; what finds no place is dropped and told as a gap
//	feed:  one goroutine a track                 audio:    jitter, Opus to 16 kHz, voice detection, cutting
//	feed:  clips and gaps get names and numbers  outbox:   a bounded queue
//	Deliver: one goroutine hands them to the Sink, which may wait for a disk
//
// It outlives connections: a track that comes back is numbered on. Its methods may be called from any goroutine.
type Pipeline struct {
	parts  *parts
	tracks tracks
	cut    cut
}

// cut is a stretch without a connection.
type cut struct {
	mu    sync.Mutex
	since time.Duration // 0: there is a connection, or there never was one
}

// swap begins or, with 0, ends a cut, and returns since when there was one.
func (c *cut) swap(since time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.since
	c.since = since
	return before
}

// New makes the pipeline of a session. Deliver must run, and Close must end it.
func New(c Config) *Pipeline {
	return &Pipeline{parts: &parts{
		Config: c, out: newOutbox(c.Log), access: newAccess(c.Objected), recent: recentSound{hold: c.Hold},
	}}
}

// Deliver hands what was heard to the Sink until Close has been called and all is stored, or the context ends: then it stores
// gaps for the clips that are left, and the error tells how many they are. It is called once.
func (p *Pipeline) Deliver(ctx context.Context) error {
	d := delivery{
		box: p.parts.out, sink: p.parts.Sink, observer: p.parts.Observer, session: p.parts.Session.ID, erased: p.parts.Erased, log: p.parts.Log,
	}
	return d.deliver(ctx)
}

// Track opens a track, of which nothing is heard before an earlier one of the same name has been flushed.
func (p *Pipeline) Track(info bot.TrackInfo) bot.TrackSink {
	p.Speaker(models.Speaker{ID: info.SpeakerID, Name: info.SpeakerName, Role: info.Role})
	p.parts.access.recall(info.SpeakerID, p.parts.Now())
	f := newFeed(p.parts, info)
	p.tracks.open(f)
	p.parts.Log.Info("track", "track", info.Track, "speaker", info.SpeakerID, "chain", chain)
	return f
}

// EndTracks ends every track that a connector left open.
func (p *Pipeline) EndTracks() { p.tracks.endAll() }

// Disconnected notes that nothing is heard from now on: the connection that had joined at a time is lost. One that broke was
// deaf before anybody noticed.
func (p *Pipeline) Disconnected(joined time.Duration) {
	now := p.parts.Now()
	since := now
	if last := time.Duration(p.parts.traffic.last.Load()); last > joined && now-last < stillness {
		since = last
	}
	p.cut.swap(since)
}

// Connected stores the time without a connection, if there was one, as a gap.
func (p *Pipeline) Connected() {
	if since := p.cut.swap(0); since != 0 {
		now := p.parts.Now()
		p.parts.gap("", "", since, now, now-since, models.GapCut)
	}
}

// stillness bounds how far back a lost connection is dated: what detects it takes 16 s at most.
const stillness = 20 * time.Second

// Close waits until every track has been flushed, stores what was not heard until now, and lets Deliver return once all is
// stored. Tracks must have been ended.
func (p *Pipeline) Close() {
	p.tracks.group.Wait()
	p.Connected()
	p.endAccess()
	p.parts.out.close()
}
