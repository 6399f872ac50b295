// Package media turns the packets of a room's tracks into clips of speech, and into gaps where speech was not heard, and passes both to a
// store. RTP never waits: what can't be processed in time is dropped, counted and stored as a gap.
package media

import (
	"context"
	"time"

	"earshot/bot"
	"earshot/models"
)

// chain is the processing chain of a track, logged once per track.
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
}

// New returns the pipeline of a session. The caller must run Deliver, which ends after Close.
func New(c Config) *Pipeline {
	p := &Pipeline{parts: &parts{
		Config: c, out: newOutbox(c.Log), access: newAccess(c.Objected), recent: recentSound{hold: c.Hold},
	}}
	p.parts.cut.begin(c.Unheard, models.GapRestart)
	return p
}

// Deliver passes items to the Sink until Close has been called and everything is stored, or the context ends. In the latter case, it stores
// gaps in place of the remaining clips and returns an error with their number. It may be called only once.
func (p *Pipeline) Deliver(ctx context.Context) error {
	d := delivery{
		box: p.parts.out, sink: p.parts.Sink, observer: p.parts.Observer, session: p.parts.Session.ID, erased: p.parts.Erased, log: p.parts.Log,
	}
	return d.deliver(ctx)
}

// Track opens a track. Processing begins once an earlier track of the same name has been flushed.
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

// Disconnected records that the connection, which had joined at the given time, is lost. The cut is dated back to the last packet, because
// it takes time to notice a broken connection.
func (p *Pipeline) Disconnected(joined time.Duration) {
	now := p.parts.Now()
	since := now
	if last := time.Duration(p.parts.traffic.last.Load()); last > joined && now-last < stillness {
		since = last
	}
	p.parts.cut.begin(since, models.GapCut)
}

// Connected stores the time without a connection as a gap, if there was any. What somebody says until the first packet of their track comes
// is stored as a gap of theirs.
func (p *Pipeline) Connected() {
	now := p.parts.Now()
	if since, cause := p.parts.cut.end(now); since != 0 {
		p.parts.gap("", "", since, now, now-since, cause)
	}
}

// Broke stores a time until now in which nothing came, although the bot was connected, as a gap.
func (p *Pipeline) Broke(d time.Duration) {
	now := p.parts.Now()
	p.parts.gap("", "", now-d, now, d, models.GapCut)
}

// stillness limits how far back a cut is dated: it takes at most 16 s to notice a lost connection.
const stillness = 20 * time.Second

// Close waits until every track has been flushed, stores open cuts, pauses and objections, and makes Deliver return once everything is
// stored. The tracks must have been ended before.
func (p *Pipeline) Close() {
	p.parts.left.CompareAndSwap(0, int64(p.parts.Now()))
	p.tracks.group.Wait()
	p.Connected()
	p.endAccess()
	p.parts.out.close()
}
