// Package audio turns one speaker's RTP packets into clips of speech, and sound files into PCM.
//
// The path of a packet: ParsePacket -> reorder window -> gate (audio level) -> Opus decoder at 16 kHz -> voice detector ->
// segmenter -> models.Clip. Every stage is a plain value that is driven by its owner and takes the time as an argument: nothing
// here blocks, starts a goroutine or reads a clock, and unless stated nothing is safe for concurrent use. One goroutine owns
// one Track.
//
// Units: RTP media time is counted in samples at 48 kHz, PCM in samples at 16 kHz (models.SampleRate), mono float32
// in [-1, 1]; times in a session are milliseconds from its start; levels are dBFS. This is the only package that
// links libopus.
package audio

import (
	"errors"
	"fmt"
	"time"

	"earshot/bot/audio/sound"
	"earshot/models"
)

// stallMS is how long packets must be absent before a track considers speech ended; the silence that ends a clip must have
// passed as well. The network may delay packets for a while.
const stallMS = 200

// A sender that stops in a pause (DTX, the end of a talkspurt) has sent at least hushMS of silence. Packets that stop in the
// middle of a word are more often delayed by the network than by a muted microphone: they are awaited for holdMS, as long as
// networks usually take, since a word cut in two is misrecognised twice.
const (
	hushMS = 100
	holdMS = 1200
)

// tickMost bounds the time between two ticks that counts as absence of packets.
const tickMost = 100 * time.Millisecond

// parkAfter is how long packets must be absent before a track frees its decoder.
const parkAfter = 10 * time.Second

// Sink receives a track's output, on the goroutine that calls Push, Tick or Close.
type Sink interface {
	// Clip receives, and owns, a finished segment of speech.
	Clip(models.Clip)
	// Gap receives a span in which audio was lost beyond concealment.
	Gap(models.Gap)
}

// TrackConfig configures a Track.
type TrackConfig struct {
	// Session, Epoch and Track are those of the clips' keys; FirstSeq is the number of the first clip, 0 for 1.
	Session  string
	Epoch    int
	Track    string
	FirstSeq int

	SpeakerID, SpeakerName string
	Attribution            models.Attribution

	// Segment is validated by NewTrack; the zero value means DefaultSegmentConfig.
	Segment SegmentConfig
	// VAD is owned by the track; nil means an EnergyVAD.
	VAD VAD
	// Observe, if set, receives an analysis of the audio about once a second while there is any, on the goroutine that calls
	// Push, Tick or Close. It must not block.
	Observe func(models.Observation)
	// Ring, if set, receives every packet in order. It is emptied when no packet has arrived for as long as it holds.
	Ring *Ring
}

// Track turns one speaker's packets into clips. One goroutine owns it, pushes packets as they arrive, and calls Tick every 20 to
// 50 ms. Times are monotonic, from the session's start. Nothing blocks.
type Track struct {
	cfg   TrackConfig
	sink  Sink
	stats Stats
	seg   *segmenter
	vad   VAD

	source
	absence

	// Of the current period of continuous media time.
	clk   clock
	play  player
	log   packetLog
	gate  gate
	loss  lossSpan
	lastT int64  // the last packet's timestamp
	meter *meter // nil: nobody observes

	closed  bool
	nextSeq int
	lastEnd int64 // end of the last clip, in session ms
}

// source is the current stream of a track: the packets of one SSRC (RFC 3550, section 5.1).
type source struct {
	live   bool
	ssrc   uint32
	order  reorder
	strays strays
	// proven reports that a packet has followed another; before has the numbers of the latest one.
	proven bool
	before Packet
}

// absence tracks how long no packet has arrived.
type absence struct {
	heardAt time.Duration // arrival of the last packet of the stream
	lookAt  time.Duration // the last call of look
	looked  time.Duration // time without a packet, as counted by look
	parked  bool          // the decoder has been freed
	forgot  bool          // the ring has been emptied
}

// NewTrack returns a Track, or an error about the configuration.
func NewTrack(c TrackConfig, sink Sink) (*Track, error) {
	if c.Segment == (SegmentConfig{}) {
		c.Segment = DefaultSegmentConfig()
	}
	if err := c.Segment.Validate(); err != nil {
		return nil, fmt.Errorf("track %s: %w", c.Track, err)
	}
	if sink == nil || c.Session == "" || c.Track == "" {
		return nil, errors.New("track: session, track name and sink are required")
	}
	if c.VAD == nil {
		c.VAD = NewEnergyVAD()
	}
	t := &Track{cfg: c, sink: sink, vad: c.VAD, nextSeq: max(1, c.FirstSeq)}
	t.seg = newSegmenter(c.Segment, c.VAD, &t.stats, t.emit)
	t.stats.LevelDBFS = sound.SilenceDBFS
	if c.Observe != nil {
		t.meter = &meter{send: t.observed}
		t.seg.voiced = t.meter.speech
	}
	t.newMedia()
	return t, nil
}

// Push takes a packet that arrived at time now, and owns its payload.
func (t *Track) Push(p Packet, now time.Duration) {
	if t.closed {
		return
	}
	t.stats.Packets++
	if len(p.Payload) > maxRTPPacket {
		t.stats.BadOpus++
		p.Payload = nil // its sequence number still counts
	}
	if !t.live {
		t.newStream(p)
	}
	if seq := nearSeq(t.order.highest(), p.Seq); p.SSRC == t.ssrc && t.nearby(seq) {
		t.prove(p)
		t.admit(arrival{Packet: p, seq: seq, at: now})
	} else if t.strays.add(p, now) && t.convinced(p, now) {
		t.switchStream(now)
	}
	t.drain(now, false)
}

// admit puts a packet of the stream into the reorder window.
func (t *Track) admit(a arrival) {
	t.heardAt, t.looked = a.at, 0
	switch t.order.put(a) {
	case duplicate:
		t.stats.Duplicate++
	case late:
		t.stats.Late++
	}
}

// Tick advances the time: it releases packets that have waited long enough for others, and ends speech when packets stop.
func (t *Track) Tick(now time.Duration) {
	if t.closed || !t.live {
		return
	}
	t.drain(now, false)
	t.tellLoss()
	if t.seg.open && t.gone(ms(t.look(now))) {
		t.seg.flush()
		t.trim()
	}
	if now-t.heardAt >= time.Second && t.meter != nil {
		t.meter.flush()
	}
	if now-t.heardAt >= 2*time.Second {
		t.flushLoss()
	}
	if now-t.heardAt >= parkAfter && !t.parked {
		t.parked = true
		t.rest()
	}
	if r := t.cfg.Ring; r != nil && now-t.heardAt >= r.length && !t.forgot {
		t.forgot = true
		r.clear()
	}
}

// gone reports whether packets have been absent long enough to end speech.
func (t *Track) gone(stalled int64) bool {
	trailing := t.seg.trailing()
	if trailing < hushMS && stalled < holdMS {
		return false
	}
	return stalled >= stallMS && trailing+stalled-100 >= int64(t.cfg.Segment.EndSilenceMS)
}

// look returns how long packets have been absent. Only time in which the process was running counts: after a machine stood still
// for seconds, the clock jumps before the packets that arrived meanwhile are read.
func (a *absence) look(now time.Duration) time.Duration {
	a.looked += min(now-max(a.lookAt, a.heardAt), tickMost)
	a.lookAt = now
	return a.looked
}

// Close ends the track and passes what is open to the sink. Further calls do nothing.
func (t *Track) Close(now time.Duration) {
	if t.closed {
		return
	}
	t.endStream(now)
	t.vad.Reset()
	t.strays.dropped += int64(len(t.strays.held))
	t.strays.held = nil
	t.closed = true
}

// Stats returns the current counters.
func (t *Track) Stats() Stats {
	s := t.stats
	s.Stray += t.strays.dropped
	s.Speaking = t.seg.open
	s.Decoding = t.live && !t.gate.idle && !t.parked && !t.closed
	return s
}

// drain processes the packets that are due.
func (t *Track) drain(now time.Duration, all bool) {
	for {
		a, ok := t.order.take(now, all)
		if !ok {
			return
		}
		t.accept(a)
	}
}

// accept processes the next packet in order.
func (t *Track) accept(a arrival) {
	if len(a.Payload) == 0 {
		t.stats.Padding++
		t.play.filler(a.seq)
		return
	}
	t.parked, t.forgot = false, false
	ts := int64(a.Timestamp)
	if t.play.started {
		ts = nearTimestamp(t.lastT, a.Timestamp)
		if t.lastT-ts > maxOpusPacket || t.clk.tooEarly(t.mediaEnd(ts), a.at) {
			t.stats.Restarts++
			t.endMedia()
			t.newMedia()
		}
	}
	t.lastT = ts
	if !t.play.started {
		t.play.begin(a.seq, ts)
	}
	t.clk.observe(t.mediaEnd(ts), a.at)
	t.keep(a, ts)
	t.pass(a, ts)
	t.trim()
}

// keep puts a packet into the ring.
func (t *Track) keep(a arrival, ts int64) {
	if t.cfg.Ring == nil {
		return
	}
	dur := t.play.dur
	if d, err := PacketDuration(a.Payload); err == nil {
		dur = int64(d)
	}
	t.cfg.Ring.add(clipPacket{seq: a.seq, ts: ts, payload: a.Payload}, dur, t.clk.session(samples16(t.play.at(ts))))
}

// mediaEnd returns the media time at the end of a packet of the usual duration.
func (t *Track) mediaEnd(ts int64) time.Duration {
	return samples16(t.play.at(ts + t.play.dur))
}

// decode plays a packet and logs it for the clips.
func (t *Track) decode(seq, ts int64, payload []byte) {
	dur, err := PacketDuration(payload)
	if err != nil {
		dur = int(t.play.dur)
	}
	t.log = append(t.log, logged{
		clipPacket: clipPacket{seq: seq, ts: ts, payload: payload},
		start:      t.play.at(ts), end: t.play.at(ts + int64(dur)),
	})
	if err := t.play.play(seq, ts, payload); err != nil {
		t.stats.BadOpus++ // libopus is out of memory
	}
}

// trim drops the packets that no clip can need any more.
func (t *Track) trim() { t.log.trim(t.seg.start) }

// heard implements listener.
func (t *Track) heard(pcm []float32, concealed bool) {
	if !concealed {
		t.stats.LevelDBFS = sound.DBFS(sound.Power(pcm))
	}
	if t.meter != nil {
		t.meter.push(t.play.pos, pcm)
	}
	t.seg.push(pcm, concealed)
}

// silent implements listener.
func (t *Track) silent(n int64, lost bool) {
	t.stats.LevelDBFS = sound.SilenceDBFS
	if lost {
		t.lose(n)
	}
	if t.meter != nil {
		t.meter.silence(t.play.pos, n)
	}
	if t.gate.idle {
		t.seg.jump(n)
		return
	}
	t.seg.silence(n, lost)
}

// emit passes a segment to the sink as a clip.
func (t *Track) emit(s Segment) {
	c := t.newClip(s)
	c.Opus = t.log.pack(s.Start, s.End)
	t.lastEnd = c.EndMS
	t.nextSeq++
	t.stats.Clips++
	if s.Forced {
		t.stats.Forced++
	}
	t.sink.Clip(c)
}

// newClip returns the track's next clip, without its Opus.
func (t *Track) newClip(s Segment) models.Clip {
	c := models.Clip{
		Key:       models.Key{Session: t.cfg.Session, Epoch: t.cfg.Epoch, Track: t.cfg.Track, Seq: t.nextSeq},
		SpeakerID: t.cfg.SpeakerID, SpeakerName: t.cfg.SpeakerName, Attribution: t.cfg.Attribution, PCM: s.PCM,
		VoicedMS: s.VoicedMS, ConcealedMS: s.ConcealedMS, LevelDBFS: s.LevelDBFS, Forced: s.Forced,
	}
	// Clips never overlap, even if the clock's offset has decreased.
	c.StartMS = max(t.lastEnd, ms(t.clk.session(samples16(s.Start))))
	c.EndMS = c.StartMS + (s.End-s.Start)/16
	return c
}
