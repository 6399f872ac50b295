package media

import (
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/models"
)

const (
	feedLength = 512 // packets: 10 s of speech, which arrive at once after the machine was stalled
	tickBusy   = 20 * time.Millisecond
	tickIdle   = 250 * time.Millisecond
	idleAfter  = 3 * time.Second
	packetMS   = 20 // the assumed duration of a dropped packet
	maxPanics  = 10 // consecutive panics of a track before it is suspended
	restFor    = time.Minute
	restTold   = 4 * time.Second // how often gaps are stored while a track is suspended

	// unheardFor is the silence after which a voice counts as unmuting, on all platforms, whether or not they signal muting.
	unheardFor = 30 * time.Second
)

// feed is a TrackSink that passes packets through a bounded channel to the goroutine that owns the audio.Track.
type feed struct {
	p    *parts
	info bot.TrackInfo
	in   chan arrival
	end  chan struct{}
	done chan struct{} // closed when everything has been passed on
	once sync.Once
	// shut is the track's hearing; news signals a change.
	shut atomic.Int32
	news chan struct{}
	// held is the session time since which it holds audio that has not been passed on, as a time.Duration.
	held atomic.Int64

	voice   *voice // the speaker's
	drops   drops
	figures figures

	// Owned by the goroutine that runs the feed.
	stored  storedLoss
	arrival arrivalGap
	silence bool // the track's output is discarded
}

func newFeed(p *parts, info bot.TrackInfo) *feed {
	f := &feed{
		p: p, info: info, in: make(chan arrival, feedLength), end: make(chan struct{}), done: make(chan struct{}), news: make(chan struct{}, 1),
		voice: p.voices.open(info.SpeakerID, info.Attribution == models.AttributionTrack), arrival: newArrivalGap(&p.cut, p.Now()),
	}
	f.held.Store(int64(min(p.Now(), f.arrival.open(p.Now()))))
	return f
}

type arrival struct {
	packet audio.Packet
	at     time.Duration
}

// span is a span of session time in which n packets were not decoded.
type span struct {
	from, to time.Duration
	n        int
}

func (s *span) add(at time.Duration) {
	if s.n == 0 {
		s.from = at
	}
	s.to = at
	s.n++
}

// storedLoss is how much of the dropped audio has been stored as gaps but not yet reported by the track, to which it looks like packet
// loss.
type storedLoss struct {
	ms int64
	at time.Duration // session time of the latest drop
}

// owedFor is how long after a drop the track may still report it: it has a full queue to process, and merges losses.
const owedFor = 20 * time.Second

// add adds a span that has been stored.
func (l *storedLoss) add(s span) {
	l.ms, l.at = l.ms+int64(s.n)*packetMS, s.to
}

// rest returns how much of a loss that the track reports now is not a drop that has already been stored.
func (l *storedLoss) rest(lostMS int64, now time.Duration) int64 {
	if now-l.at > owedFor {
		l.ms = 0
	}
	known := min(l.ms, lostMS)
	l.ms -= known
	return lostMS - known
}

// listen updates the track's hearing.
func (f *feed) listen() {
	f.shut.Store(int32(f.p.access.of(f.info.SpeakerID)))
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// hearing returns the track's hearing.
func (f *feed) hearing() hearing { return hearing(f.shut.Load()) }

// Packet implements TrackSink.
func (f *feed) Packet(raw []byte, levelExtID uint8) {
	now := f.p.Now()
	f.p.traffic.last.Store(int64(now))
	f.p.traffic.packets.Add(1)
	if f.hearing() != heardNow {
		return
	}
	packet, err := audio.ParsePacket(raw, levelExtID)
	if err != nil && !errors.Is(err, audio.ErrPaddingOnly) {
		f.p.traffic.bad.Add(1)
		return
	}
	select {
	case f.in <- arrival{packet, now}:
	case <-f.end: // nobody is reading any more
	default:
		f.p.traffic.dropped.Add(1)
		f.drops.note(now)
	}
}

// A packet counts as voice by its audio level or, if it has none, by its size: comfort noise, and the silence that a server sends for a
// muted track, take only a few bytes.
const (
	loudLevel = 50 // -dBov (RFC 6464)
	loudBytes = 24
)

func loud(p audio.Packet) bool {
	if p.HasLevel {
		return p.Level <= loudLevel
	}
	return len(p.Payload) > loudBytes
}

// End implements TrackSink.
func (f *feed) End() { f.once.Do(func() { close(f.end) }) }

// run feeds an audio.Track until the track ends. A panic while decoding loses the open segment, but not the speaker; after repeated panics,
// the track is suspended.
func (f *feed) run() {
	for panics := 0; f.open(); {
		began := f.p.Now()
		switch f.follow() {
		case feedEnded:
			return
		case feedFailed:
			if f.p.Now()-began > restFor {
				panics = 0
			}
			if panics++; panics >= maxPanics {
				f.p.Log.Error("decoding a track keeps failing: it is suspended", "track", f.info.Track, "ms", restFor.Milliseconds())
				f.rest()
			}
		case feedShut:
		}
	}
}

// open waits until the track is to be processed. It returns false if the track ends first.
func (f *feed) open() bool {
	for f.hearing() != heardNow {
		f.held.Store(int64(allStored))
		select {
		case <-f.in: // packets from before
		case <-f.news:
		case <-f.end:
			return false
		}
	}
	f.held.CompareAndSwap(int64(allStored), int64(f.p.Now()))
	return true
}

// feedState is the reason why a feed stopped following its track.
type feedState int

const (
	feedFailed feedState = iota
	feedEnded
	feedShut // paused, or the speaker objects
)

// follow runs an audio.Track and returns why it ended.
func (f *feed) follow() (state feedState) {
	var track *audio.Track
	began := f.p.Now()
	defer func() {
		if r := recover(); r != nil {
			f.p.Log.Error("decoding a track failed", "track", f.info.Track, "stack", string(debug.Stack()))
			f.failed(track, began)
		}
	}()
	f.silence = false
	var vad audio.VAD
	if f.p.NewVAD != nil {
		vad = f.p.NewVAD()
	}
	if c, ok := vad.(io.Closer); ok {
		defer c.Close()
	}
	ring := f.p.recent.open(f.info.Track, f.info.SpeakerID)
	defer f.p.recent.release(f.info.Track, ring)
	track, err := audio.NewTrack(audio.TrackConfig{
		Session: f.p.Session.ID, Epoch: f.p.Session.Epoch, Track: f.info.Track, FirstSeq: f.p.numbers.first(f.info.Track),
		SpeakerID: f.info.SpeakerID, SpeakerName: f.info.SpeakerName, Attribution: f.info.Attribution,
		Segment: f.p.Segment, VAD: vad, Observe: f.observer(), Ring: ring,
	}, f)
	if err != nil {
		f.p.Log.Error("cannot process a track", "track", f.info.Track, "err", err)
		f.rest()
		return feedFailed
	}
	defer func() { f.figures.over(track.Stats()) }()
	state = f.loop(track)
	s := track.Stats()
	f.p.Log.Info("track over", "track", f.info.Track, "packets", s.Packets, "lost", s.Lost, "bad", s.BadOpus,
		"clips", s.Clips, "voiced_ms", s.VoicedMS, "lost_ms", s.LostMS)
	return state
}

func (f *feed) loop(track *audio.Track) feedState {
	timer := time.NewTimer(tickBusy)
	defer timer.Stop()
	var heard time.Duration
	var decoded int64
	last := time.Duration(f.held.Load()) // packet
	previews := f.previewer()
	for {
		select {
		case a := <-f.in:
			if a.at-heard > idleAfter {
				timer.Reset(tickBusy)
			}
			heard, last = a.at, a.at
			f.push(track, a)
			if loud(a.packet) && track.Stats().DecodedMS > decoded {
				decoded = track.Stats().DecodedMS
				f.heard(a.at)
			}
			if len(f.in) == 0 { // unless it is behind
				previews.Look(track)
			}
		case <-timer.C:
			now := f.p.Now()
			track.Tick(now)
			f.figures.set(track.Stats())
			if now-heard > idleAfter {
				timer.Reset(tickIdle)
			} else {
				timer.Reset(tickBusy)
			}
		case <-f.news:
			if why := f.hearing(); why != heardNow {
				f.silence = why == objection
				f.finish(track)
				f.silence = false
				return feedShut
			}
		case <-f.end:
			f.silence = f.hearing() == objection
			f.finish(track)
			return feedEnded
		}
		f.tellDrops()
		f.hold(track, last)
	}
}

// finish processes queued packets and closes the track.
func (f *feed) finish(track *audio.Track) {
	for {
		select {
		case a := <-f.in:
			f.push(track, a)
		default:
			f.tellDrops()
			track.Close(f.p.Now())
			return
		}
	}
}

// tellDrops stores dropped packets as a gap once the track has caught up.
func (f *feed) tellDrops() {
	if len(f.in) <= feedLength/2 {
		f.storeDrops()
	}
}

// storeDrops stores dropped packets as a gap if there are any.
func (f *feed) storeDrops() {
	s := f.drops.take()
	if s.n == 0 {
		return
	}
	f.stored.add(s)
	f.missed(s, models.GapOverload)
	f.p.Log.Warn("packets dropped: this machine cannot keep up", "track", f.info.Track, "packets", s.n, "ms", (s.to - s.from).Milliseconds())
}

// Clip implements audio.Sink.
func (f *feed) Clip(c models.Clip) {
	if f.silence || f.hearing() == objection {
		return
	}
	c.Spoken = f.p.spoken(c)
	c.SpeakerName = f.p.people.name(c.SpeakerID, c.SpeakerName)
	f.p.numbers.used(c.Track, c.Seq)
	f.p.out.clip(c)
}

// Gap implements audio.Sink. To the decoder, dropped packets look like packet loss; they are reported only once, with their own cause.
func (f *feed) Gap(g models.Gap) {
	if f.silence {
		return
	}
	f.storeDrops()
	if g.LostMS = f.stored.rest(g.LostMS, f.p.Now()); g.LostMS < packetMS {
		return
	}
	g.SpeakerName = f.p.people.name(f.info.SpeakerID, f.info.SpeakerName)
	f.p.out.gap(g)
}

// previewer returns a Previewer that sends open segments under the speaker's current name.
func (f *feed) previewer() *Previewer {
	v := &Previewer{Every: f.p.PreviewEvery}
	if f.p.Preview != nil {
		v.Send = func(c models.Clip) {
			c.SpeakerName, c.Spoken = f.p.people.name(c.SpeakerID, c.SpeakerName), f.p.spoken(c)
			f.p.Preview(c)
		}
	}
	return v
}

// push hands a packet on. It stores what was missed between joining the room and the track's first packet, if somebody was speaking then.
func (f *feed) push(track *audio.Track, a arrival) {
	if g := &f.arrival; g.packet(a.at, loud(a.packet)) {
		f.p.gap(f.info.SpeakerID, f.p.people.name(f.info.SpeakerID, f.info.SpeakerName), g.from, g.first, g.first-g.from, g.cause)
	}
	track.Push(a.packet, a.at)
}

// heard records that the speaker was heard, and reports the first voice after a long silence.
func (f *feed) heard(at time.Duration) {
	f.p.voices.last.Store(int64(at))
	last := time.Duration(f.voice.last.Swap(max(1, int64(at))))
	if last == 0 || at-last > unheardFor {
		f.p.observe(models.Observation{AtMS: at.Milliseconds(), SpeakerID: f.info.SpeakerID, Event: models.RoomUnmute})
	}
}

// observer returns the observer of a track's audio, or nil if there is none.
func (f *feed) observer() func(models.Observation) {
	if f.p.Observer == nil {
		return nil
	}
	return func(o models.Observation) {
		o.SpeakerID = f.info.SpeakerID
		f.p.observe(o)
	}
}
