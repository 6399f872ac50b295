package lounge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/peer"
	"earshot/models"
)

// Frame is one Opus packet and its place in a recording. Frames come in order; a pause between them is silence (DTX).
type Frame struct {
	Opus []byte
	// At is when the packet's sound begins, from the beginning of the recording.
	At time.Duration
}

// Source gives the frames of a recording; io.EOF after the last. A returned frame may be reused by the next call.
type Source interface {
	Next() (Frame, error)
}

// PublishConfig says what to publish where.
type PublishConfig struct {
	// BaseURL is the lounge's http(s) address; the WHIP endpoint is BaseURL/whip/ROOM.
	BaseURL string
	Room    string
	Name    string
	// Key makes the publisher the same person each time (at least 16 characters); may be empty.
	Key    string
	Token  string // the host's, or empty
	Source Source
	Peer   *peer.Factory
	// Ready, when set, is called with the person id once media can flow, before the first frame. The recording's clock
	// starts when it returns.
	Ready func(personID string)
}

// Publish plays a recording into a room in real time and returns nil when it has been played, or the reason why not: an
// EndError when a host has sent the person out.
// RTP timestamps follow Frame.At, so pauses arrive as pauses.
func Publish(ctx context.Context, c PublishConfig) error {
	track, err := webrtc.NewTrackLocalStaticRTP(peer.OpusCodec(), "microphone", "lounge")
	if err != nil {
		return fmt.Errorf("lounge: publish: %w", err)
	}
	conn, err := c.Peer.Sender(track)
	if err != nil {
		return err
	}
	defer conn.Close()
	client := c.Peer.HTTPClient()
	defer client.CloseIdleConnections()
	res, err := c.connect(ctx, conn, client)
	if err != nil {
		return err
	}
	defer res.Delete(context.WithoutCancel(ctx)) //nolint:errcheck // the server notices by itself
	meter, err := audio.NewLevelMeter()
	if err != nil {
		return err
	}
	id := res.Header.Get(PersonHeader)
	ctx, cancel := context.WithCancelCause(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel(nil)
	group.Go(func() {
		if err := c.follow(ctx, client, id); err != nil {
			cancel(err)
		}
	})
	if c.Ready != nil {
		c.Ready(id)
	}
	next := func() ([]byte, time.Duration, error) { f, err := c.Source.Next(); return f.Opus, f.At, err }
	return conn.Play(ctx, track, next, meter.Level)
}

func (c PublishConfig) connect(ctx context.Context, conn *peer.Conn, client *http.Client) (*peer.Resource, error) {
	offer, err := conn.Offer(ctx)
	if err != nil {
		return nil, err
	}
	e := peer.Endpoint{
		URL:   strings.TrimRight(c.BaseURL, "/") + "/whip/" + url.PathEscape(c.Room) + "?" + url.Values{"name": {c.Name}}.Encode(),
		Token: c.Token, Client: client,
	}
	if c.Key != "" {
		e.Header = http.Header{KeyHeader: {c.Key}}
	}
	answer, res, err := e.Post(ctx, offer)
	if err != nil {
		return nil, fmt.Errorf("WHIP: %w", err)
	}
	if err = conn.Answer(answer); err == nil {
		err = conn.Connected(ctx, ConnectWithin)
	}
	if err != nil {
		_ = res.Delete(context.WithoutCancel(ctx))
		return nil, err
	}
	return res, nil
}

// follow waits until the room no longer lists the person. A broken event stream says nothing: the media decides then.
func (c PublishConfig) follow(ctx context.Context, client *http.Client, id string) error {
	watch := &Client{base: strings.TrimRight(c.BaseURL, "/"), room: c.Room, http: client, token: c.Token}
	err := watch.follow(ctx, func(e Event) error {
		switch e.Type {
		case EventRoom:
			if !slices.ContainsFunc(e.People, func(p Person) bool { return p.ID == id }) {
				return errGone
			}
		case EventLeft:
			if e.ID == id {
				return errGone
			}
		}
		return nil
	})
	if errors.Is(err, errGone) {
		return bot.End(models.EndRemoved, errGone)
	}
	return nil
}

var errGone = errors.New("lounge: publish: a host has sent the speaker out, or the same key publishes elsewhere")
