package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/ffmpeg"
	"earshot/models"
)

// silentFor is how long nothing may arrive before the server is considered dead.
const silentFor = 14 * time.Second

// endsWithin is how long ffmpeg may keep running after its last sound.
const endsWithin = 2 * time.Second

// visit is a call of Connector.Run.
type visit struct {
	*Connector
	handler bot.RoomHandler
	joined  bool
	skipped atomic.Bool            // ffmpeg has reported that it skipped a segment
	told    atomic.Pointer[string] // the last line from ffmpeg that says what is wrong; nil: none did
	heard   bool                   // the current ffmpeg has produced sound
	last    time.Time              // when the latest sound came of somebody who published before; zero: nobody did
}

// once runs ffmpeg until its sound is over, and returns why it is.
func (v *visit) once(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	v.heard = false
	v.told.Store(nil)
	g, stdin, env, port, done, err := v.prepare(ctx)
	if err != nil {
		return err
	}
	defer done()
	defer func() {
		if v.heard {
			v.pieces.keep()
		}
	}()
	job, script := v.source.job(port)
	if stdin == nil && script != "" {
		stdin = strings.NewReader(script)
	}
	p, err := v.cfg.FFmpeg.Start(ctx, job, stdin, env, func(line string) { v.complaint(line, cancel) })
	if err != nil {
		return err
	}
	if v.source.listening {
		v.join()
	}
	frames := make(chan frame, held/frameTime)
	go read(ctx, p.Out, frames)
	if err = v.play(ctx, g, frames); errors.Is(err, errOver) { // it ends by itself and says why
		late := time.AfterFunc(endsWithin, func() { cancel(err) })
		defer late.Stop()
	} else {
		cancel(err)
	}
	for range frames { // until read has returned
	}
	return v.ended(ctx, p, g, err)
}

// prepare opens what ffmpeg needs to get its input. done closes it.
func (v *visit) prepare(ctx context.Context) (g *gateway, stdin io.Reader, env []string, port uint16, done func(), err error) {
	done = func() {}
	switch v.source.Kind {
	case models.RoomDevice:
		return nil, nil, deviceEnvironment(), 0, done, nil
	case models.RoomHLS, models.RoomIcecast:
		if g, err = newGateway(ctx, v.source, v.cfg.Peer, &v.pieces); err != nil {
			return nil, nil, nil, 0, done, err
		}
	default:
		return nil, nil, nil, 0, done, v.source.lookUp(ctx)
	}
	if v.source.Kind == models.RoomHLS {
		var stop func()
		port, stop, err = g.serve(ctx)
		if err != nil {
			return nil, nil, nil, 0, done, err
		}
		return g, nil, []string{"http_proxy=http://127.0.0.1:" + strconv.Itoa(int(port))}, port, func() { stop(); g.close() }, nil
	}
	body, err := g.open(ctx)
	if err != nil {
		g.close()
		return nil, nil, nil, 0, done, err
	}
	return g, body, nil, 0, func() { _ = body.Close(); g.close() }, nil
}

// complaint handles a line that ffmpeg prints while running.
func (v *visit) complaint(line string, cancel context.CancelCauseFunc) {
	if telling(line) {
		v.told.Store(&line)
	}
	switch {
	case v.source.listening && (strings.Contains(line, "Unexpected stream") || strings.Contains(line, "App field don't match")):
		cancel(errKey) // ffmpeg would accept it anyway
	case strings.Contains(line, "segments ahead, expired") || strings.Contains(line, "Failed to open segment"):
		v.skipped.Store(true)
	}
}

// read splits ffmpeg's output into frames until it ends, and then closes frames.
func read(ctx context.Context, out io.Reader, frames chan<- frame) {
	defer close(frames)
	for {
		pcm := make([]byte, frameBytes)
		n, err := io.ReadFull(out, pcm)
		if n == 0 || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return
		}
		select {
		case frames <- frame{pcm, time.Now()}: // the rest of the last frame is silence
		case <-ctx.Done():
			return
		}
	}
}

// ended makes ffmpeg end and returns why the sound is over.
func (v *visit) ended(ctx context.Context, p *ffmpeg.Process, g *gateway, err error) error {
	if !errors.Is(err, errOver) {
		p.Stop()
		if cause := context.Cause(ctx); cause != nil && errors.Is(cause, errKey) {
			return errKey
		}
		return err
	}
	words, failed := p.Wait()
	if told := v.told.Load(); told != nil {
		words = *told
	}
	switch {
	case v.heard && failed == nil: // ffmpeg complains about how a stream ended
		return errOver
	case g != nil && g.err() != nil:
		return g.err()
	case failed == nil && words == "":
		failed = errors.New("without any sound")
	}
	return said{words, failed}
}

// join reports that the bot is there.
func (v *visit) join() {
	if !v.joined {
		v.joined = true
		v.handler.Joined(bot.Capabilities{Unseen: true})
	}
}

// play passes on the frames as they arrive, or in real time, until they end (errOver) or stop arriving (errSilent).
func (v *visit) play(ctx context.Context, g *gateway, in <-chan frame) error {
	first, err := v.next(ctx, g, in, true)
	if err != nil {
		return err
	}
	v.heard = true
	v.join()
	if h, ok := v.handler.(bot.BreakHandler); ok && !v.last.IsZero() {
		h.Broke(first.at.Sub(v.last))
	}
	s := models.Speaker{ID: speakerID, Name: v.cfg.Name, Role: models.RoleSpeaker}
	v.handler.Speaker(s)
	sink := v.handler.Track(bot.TrackInfo{
		Track: speakerID, SpeakerID: speakerID, SpeakerName: s.Name, Role: s.Role, Attribution: models.AttributionMix,
	})
	defer v.handler.Left(speakerID)
	defer sink.End()
	t, err := newTalker(sink)
	if err != nil {
		return err
	}
	p := &player{visit: v, talker: t, in: in, gateway: g}
	if v.source.paced() {
		p.pace.every = frameTime
		return p.follow(ctx, []frame{first})
	}
	b := gather(ctx, first, in)
	if b.endless {
		p.pace.every = frameTime
	}
	if n := v.source.before(b); n > 0 {
		v.log.Info("the server sent sound from before the join, which is passed over", "ms", (time.Duration(n) * frameTime).Milliseconds())
		b.frames = b.frames[n:]
	}
	return p.follow(ctx, b.frames)
}

// next waits for a frame.
func (v *visit) next(ctx context.Context, g *gateway, in <-chan frame, first bool) (frame, error) {
	patience := silentFor
	var late <-chan time.Time
	if g != nil && v.source.Kind == models.RoomHLS && !first {
		patience = max(patience, 3*time.Duration(g.slowest.Load()))
	}
	if !v.source.listening || !first { // somebody who is to publish may take their time
		t := time.NewTimer(patience)
		defer t.Stop()
		late = t.C
	}
	select {
	case f, open := <-in:
		if !open {
			return f, errOver
		}
		if g != nil {
			g.silent.Store(0)
		}
		return f, nil
	case <-late:
		return frame{}, fmt.Errorf("%w: %v", errSilent, patience)
	case <-ctx.Done():
		return frame{}, context.Cause(ctx)
	}
}

// player passes on frames. Only one goroutine may use it.
type player struct {
	*visit
	*talker
	pace    pace
	in      <-chan frame
	gateway *gateway
}

// follow passes on the given frames and then whatever arrives.
func (p *player) follow(ctx context.Context, frames []frame) error {
	last := time.Now()
	for {
		for _, f := range frames {
			if err := p.pass(ctx, f); err != nil {
				return err
			}
		}
		f, err := p.next(ctx, p.gateway, p.in, false)
		if err != nil {
			if !errors.Is(err, errKey) {
				p.last = last
			}
			return err
		}
		frames = []frame{f}
		dry := f.at.Sub(last)
		if dry >= dryAtLeast && (len(p.in) == 0 || !p.source.paced()) {
			frames = p.resume(ctx, f, dry)
		}
		if n := len(frames); n > 0 {
			last = frames[n-1].at
		}
	}
}

// resume returns what to pass on after a time without sound. What is missing becomes a gap.
func (p *player) resume(ctx context.Context, first frame, dry time.Duration) []frame {
	if p.source.paced() { // late segments are not lost
		if p.skipped.Swap(false) {
			p.lose(dry)
		}
		return []frame{first}
	}
	b := gather(ctx, first, p.in)
	if b.remainder(dry) { // the cut that follows begins before it
		return nil
	}
	if missing := lost(dry, b); missing > 0 {
		p.log.Warn("sound is missing", "ms", missing.Milliseconds())
		p.lose(missing)
	}
	return b.frames
}

// behind reports whether more of a live HLS stream waits than its segments explain. They come whole, and one may come early.
func (p *player) behind() bool {
	if p.source.Kind != models.RoomHLS || p.gateway.whole.Load() {
		return false
	}
	segment := time.Duration(p.gateway.slowest.Load())
	return time.Duration(len(p.in))*frameTime > 2*max(segment, time.Second)+time.Second
}

// pass passes on a frame when it is due.
func (p *player) pass(ctx context.Context, f frame) error {
	if wait := p.pace.wait(time.Now(), p.behind()); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return p.say(f.pcm)
}
