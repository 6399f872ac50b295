package janus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/peer"
	"earshot/models"
)

// PublishConfig says what to play where, and as whom.
type PublishConfig struct {
	// URL is the room's, as in Config.
	URL, Name string
	// APISecret, PIN and RoomToken as in Config.
	APISecret, PIN, RoomToken string
	// Next gives the recording's Opus packets with their times; io.EOF after the last.
	Next func() (opus []byte, at time.Duration, err error)
	Peer *peer.Factory
	// Ready, when set, is called with the person's id once media can flow. The recording's clock starts when it returns.
	Ready func(ctx context.Context, id string)
}

// Publish joins a room as a participant and plays a recording there in real time, for trying a room out and for tests. It
// returns nil when it has been played, an EndError when the server ended it, or the context's cause.
func Publish(ctx context.Context, c PublishConfig) error {
	x, err := New(Config{URL: c.URL, Name: c.Name, APISecret: c.APISecret, PIN: c.PIN, RoomToken: c.RoomToken, Peer: c.Peer})
	if err != nil {
		return err
	}
	track, err := webrtc.NewTrackLocalStaticRTP(peer.OpusCodec(), "microphone", "person")
	if err != nil {
		return fmt.Errorf("janus: publish: %w", err)
	}
	conn, err := c.Peer.Sender(track)
	if err != nil {
		return err
	}
	defer conn.Close()
	s, err := x.open(ctx)
	if err != nil {
		return cause(ctx, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	p := &player{c: c, x: x, s: s, conn: conn, track: track}
	var group sync.WaitGroup
	group.Go(func() { s.keep(ctx) })
	err = p.run(ctx, cancel, &group)
	cancel(err)
	group.Wait()
	s.destroy()
	s.close()
	s.group.Wait()
	return err
}

// player is one participant that plays a recording.
type player struct {
	c      PublishConfig
	x      *Connector
	s      *session
	conn   *peer.Conn
	track  *webrtc.TrackLocalStaticRTP
	handle uint64
	id     string
}

// errPlayed ends a performance that has been played to its end.
var errPlayed = errors.New("played")

func (p *player) run(ctx context.Context, end context.CancelCauseFunc, group *sync.WaitGroup) error {
	if err := p.enter(ctx); err != nil {
		return cause(ctx, err)
	}
	group.Go(func() { end(p.play(ctx)) })
	err := cause(ctx, p.follow(ctx))
	if errors.Is(err, errPlayed) {
		return nil
	}
	return err
}

// enter joins, publishes and waits for media to flow.
func (p *player) enter(ctx context.Context) error {
	plugin, publish := videoRoom, request{"request": "publish"}
	join := (&stay{c: p.x}).room("join")
	join["display"] = p.c.Name
	if p.x.at.bridge {
		plugin, publish = audioBridge, request{"request": "configure", "muted": false}
	} else {
		join["ptype"] = "publisher"
	}
	var err error
	if p.handle, err = p.s.attach(ctx, plugin); err != nil {
		return refused(err)
	}
	m, err := p.s.now().ask(ctx, p.s.plugin(p.handle, join, nil))
	if err != nil {
		return refused(err)
	}
	e, err := m.event()
	if err != nil {
		return err
	}
	offer, err := p.conn.Offer(ctx)
	if err != nil {
		return err
	}
	if m, err = p.s.now().ask(ctx, p.s.plugin(p.handle, publish, &jsep{"offer", offer})); err != nil {
		return refused(err)
	}
	if m.JSEP == nil {
		return bot.Retry(models.EndFailedServer, errors.New("janus: no answer to the offer"))
	}
	if err := p.conn.Answer(m.JSEP.SDP); err != nil {
		return err
	}
	p.id = bare(e.ID)
	return p.conn.Connected(ctx, connectWithin)
}

func (p *player) play(ctx context.Context) error {
	if p.c.Ready != nil {
		p.c.Ready(ctx, p.id)
	}
	meter, err := audio.NewLevelMeter()
	if err != nil {
		return err
	}
	if err := p.conn.Play(ctx, p.track, p.c.Next, meter.Level); err != nil {
		return err
	}
	return errPlayed
}

// follow handles events until the server ends the performance.
func (p *player) follow(ctx context.Context) error {
	for {
		m, _, err := p.s.next(ctx)
		if err != nil {
			return err
		}
		e, err := m.event()
		switch {
		case err != nil:
			return err
		case m.Janus == "timeout", m.Janus == "detached":
			return errTimeout
		case e.Reason == "kicked", len(e.Kicked) > 0 && bare(e.Kicked) == p.id:
			return errKicked
		case e.VideoRoom == "destroyed", e.AudioBridge == "destroyed":
			return errRoomClosed
		case m.Janus == "hangup" && m.Sender == p.handle:
			return errHangup
		}
	}
}
