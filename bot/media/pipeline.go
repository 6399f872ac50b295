// Package media turns the packets of a room's tracks into clips of speech, and gaps where speech was not heard, and passes both to
// a store. RTP never waits: what can't be processed in time is dropped, counted and stored as a gap.
package media

import (
	"context"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// chain is the processing chain of a track, as logged once for each.
const chain = "rtp -> jitter -> opus 16k -> vad -> segment -> spool"

// Pipeline takes every track of one session from RTP to the Sink:
//
//	Track:   a connector hands packets over         feed:   a bounded channel; on overflow packets are dropped, stored as a gap
//	feed:    one goroutine per track                audio:  jitter, Opus to 16 kHz, voice detection, cutting
//	feed:    clips and gaps get names and numbers   outbox: a bounded queue
//	Deliver: one goroutine passes them to the Sink, which may wait for a disk
//
// It outlives connections: the numbering of clips continues when a track returns. Its methods may be called from any goroutine.
type Pipeline struct {
	parts  *parts
	tracks tracks
	cut    cut
}

// cut is the time without a connection.
type cut struct {
	mu    sync.Mutex
	since time.Duration // 0 while connected, and before the first connection
}

// swap begins or, with 0, ends a cut, and returns when the previous one had begun.
func (c *cut) swap(since time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.since
	c.since = since
	return before
}

// New returns the pipeline of a session. The caller runs Deliver and ends it with Close.
func New(c Config) *Pipeline {
	return &Pipeline{parts: &parts{
		Config: c, out: newOutbox(c.Log), access: newAccess(c.Objected), recent: recentSound{hold: c.Hold},
	}}
}

// Deliver passes items to the Sink until Close has been called and everything is stored, or the context ends: then it stores gaps
// in place of the remaining clips and returns an error with their number. Call it once.
func (p *Pipeline) Deliver(ctx context.Context) error {
	d := delivery{
		box: p.parts.out, sink: p.parts.Sink, observer: p.parts.Observer, session: p.parts.Session.ID, erased: p.parts.Erased, log: p.parts.Log,
	}
	return d.deliver(ctx)
}

// Track opens a track. It is processed once an earlier one of the same name has been flushed.
func (p *Pipeline) Track(info bot.TrackInfo) bot.TrackSink {
	p.Speaker(models.Speaker{ID: info.SpeakerID, Name: info.SpeakerName, Role: info.Role})
	p.parts.access.recall(info.SpeakerID, p.parts.Now())
	f := newFeed(p.parts, info)
	p.tracks.open(f)
	p.parts.Log.Info("track", "track", info.Track, "speaker", info.SpeakerID, "chain", chain)
	return f
}

// EndTracks ends every open track.
func (p *Pipeline) EndTracks() { p.tracks.endAll() }

// Disconnected records that the connection, which had joined at a time, is lost. The cut is dated back to the last packet, since
// a broken connection takes time to detect.
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

// stillness bounds how far back a cut is dated: detecting a lost connection takes at most 16 s.
const stillness = 20 * time.Second

// Close waits until every track has been flushed, stores open cuts, pauses and objections, and makes Deliver return once
// everything is stored. Tracks must have been ended.
func (p *Pipeline) Close() {
	p.tracks.group.Wait()
	p.Connected()
	p.endAccess()
	p.parts.out.close()
}
