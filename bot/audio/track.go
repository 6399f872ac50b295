// Package audio turns one speaker's RTP packets into clips of speech, and sound files into PCM.
//
// The way of one packet: ParsePacket -> reorder window -> gate (audio level) -> Opus decoder at 16 kHz -> voice
// detector -> segmenter -> models.Clip. Every stage is a plain value that is driven by its owner and takes the time
// as an argument: nothing here blocks, starts a goroutine or reads a clock, and nothing is safe for concurrent use.
// One goroutine owns one Track.
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

// stallMS is how long packets must stay away before a track takes their absence for the end of speech; the silence
// that ends a clip must have passed as well. The network may hold packets back for a while.
const stallMS = 200

// A sender that stops in a pause (DTX, a talk spurt's end) has let at least hushMS of silence be heard. Packets that stop
// in the midst of a word are more often held back by the network than by somebody who mutes their microphone: they are
// waited for as long as networks usually take, holdMS, since a word that is cut in two is heard wrongly twice.
const (
	hushMS = 100
	holdMS = 1200
)

// tickMost is the longest time between two ticks that is taken as seen.
const tickMost = 100 * time.Millisecond

// parkAfter is how long packets must stay away before a track gives its decoder back.
const parkAfter = 10 * time.Second

// Sink takes what a track finds. Its methods are called by the goroutine that calls Push, Tick or Close.
type Sink interface {
	// Clip gets a finished stretch of speech and owns it.
	Clip(models.Clip)
	// Gap gets a stretch in which sound was lost beyond concealment.
	Gap(models.Gap)
}

// TrackConfig sets a Track.
type TrackConfig struct {
	// Session, Epoch and Track are the clips' keys; FirstSeq is the number of the first clip, 0 for 1.
	Session  string
	Epoch    int
	Track    string
	FirstSeq int

	SpeakerID, SpeakerName string
	Attribution            models.Attribution

	// Segment is checked by NewTrack; the zero value stands for DefaultSegmentConfig.
	Segment SegmentConfig
	// VAD belongs to the track from then on; nil for an EnergyVAD.
	VAD VAD
	// Observe, when set, is told about once a second what the track sounds like, while it carries sound, by the goroutine
	// that calls Push, Tick or Close. It must not block.
	Observe func(models.Observation)
	// Ring, when set, gets every packet in order. It is emptied when no packet has come for as long as it holds.
	Ring *Ring
}

// Track turns one speaker's packets into clips. One goroutine owns it: it pushes packets as they come and ticks every
// 20 to 50 ms. Times are monotonic, from the session's start. Nothing blocks.
type Track struct {
	cfg   TrackConfig
	sink  Sink
	stats Stats
	seg   *segmenter
	vad   VAD

	source
	absence

	// Of the current stretch of continuous media time.
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
	// proven says that a packet followed another one; before has the numbers of the last one.
	proven bool
	before Packet
}

// absence keeps track of how long no packet has come.
type absence struct {
	heardAt time.Duration // when the last packet of the stream came
	lookAt  time.Duration // the last Tick
	looked  time.Duration // how long it was looked for the next packet in vain
	parked  bool          // the decoder was given back
	forgot  bool          // the ring was emptied
}

// NewTrack makes a track. Errors tell what is missing or wrong in the configuration.
func NewTrack(c TrackConfig, sink Sink) (*Track, error) {
	if c.Segment == (SegmentConfig{}) {
		c.Segment = DefaultSegmentConfig()
	}
	if err := c.Segment.Validate(); err != nil {
		return nil, fmt.Errorf("track %s: %w", c.Track, err)
	}
	if sink == nil || c.Session == "" || c.Track == "" {
		return nil, errors.New("track: session, track name and sink are needed")
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

// Push takes one packet that came at time now, and owns its payload.
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

// Tick tells the time: it releases packets that waited long enough for others, and ends speech when packets stop.
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

// gone says whether packets have stayed away long enough for the end of speech.
func (t *Track) gone(stalled int64) bool {
	trailing := t.seg.trailing()
	if trailing < hushMS && stalled < holdMS {
		return false
	}
	return stalled >= stallMS && trailing+stalled-100 >= int64(t.cfg.Segment.EndSilenceMS)
}

// look returns how long packets have stayed away. Only time in which somebody was there to take one counts: a machine
// that stood still for seconds finds the clock far ahead before it finds the packets that waited for it.
func (a *absence) look(now time.Duration) time.Duration {
	a.looked += min(now-max(a.lookAt, a.heardAt), tickMost)
	a.lookAt = now
	return a.looked
}

// Close ends the track: what is open is given to the sink. Further calls do nothing.
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

// Stats returns the counters so far. It is called by the goroutine that owns the track.
func (t *Track) Stats() Stats {
	s := t.stats
	s.Stray += t.strays.dropped
	s.Speaking = t.seg.open
	s.Decoding = t.live && !t.gate.idle && !t.parked && !t.closed
	return s
}

// drain takes what is due out of the reorder window.
func (t *Track) drain(now time.Duration, all bool) {
	for {
		a, ok := t.order.take(now, all)
		if !ok {
			return
		}
		t.accept(a)
	}
}

// accept takes the next packet in order.
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

// mediaEnd is the media time at the end of a packet of usual length.
func (t *Track) mediaEnd(ts int64) time.Duration {
	return samples16(t.play.at(ts + t.play.dur))
}

// decode plays a packet and keeps it for the clips.
func (t *Track) decode(seq, ts int64, payload []byte) {
	dur, err := PacketDuration(payload)
	if err != nil {
		dur = int(t.play.dur)
	}
	t.log.add(logged{
		clipPacket: clipPacket{seq: seq, ts: ts, payload: payload},
		start:      t.play.at(ts), end: t.play.at(ts + int64(dur)),
	})
	if err := t.play.play(seq, ts, payload); err != nil {
		t.stats.BadOpus++ // libopus could not start: out of memory
	}
}

// trim lets go the packets that no clip can need any more.
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

// emit gives a segment to the sink as a clip.
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

// newClip is the track's next clip, without its Opus.
func (t *Track) newClip(s Segment) models.Clip {
	c := models.Clip{
		Key:       models.Key{Session: t.cfg.Session, Epoch: t.cfg.Epoch, Track: t.cfg.Track, Seq: t.nextSeq},
		SpeakerID: t.cfg.SpeakerID, SpeakerName: t.cfg.SpeakerName, Attribution: t.cfg.Attribution, PCM: s.PCM,
		VoicedMS: s.VoicedMS, ConcealedMS: s.ConcealedMS, LevelDBFS: s.LevelDBFS, Forced: s.Forced,
	}
	// The clock may have been set back between two clips; they still follow each other.
	c.StartMS = max(t.lastEnd, ms(t.clk.session(samples16(s.Start))))
	c.EndMS = c.StartMS + (s.End-s.Start)/16
	return c
}
