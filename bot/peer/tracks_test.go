package peer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"earshot/models/waittest"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// crowd is a group of people with one track each, connected to a receiver under test.
type crowd struct {
	t   *testing.T
	in  *Conn
	out *webrtc.PeerConnection

	mu     sync.Mutex
	heard  map[string]int // packets by track id
	opened int
}

// heardTrack counts the packets of one track.
type heardTrack struct {
	c  *crowd
	id string
}

func (h heardTrack) Packet([]byte, uint8) {
	h.c.mu.Lock()
	defer h.c.mu.Unlock()
	h.c.heard[h.id]++
}

func (h heardTrack) End() {}

func newCrowd(t *testing.T, full func(int)) *crowd {
	t.Helper()
	c := &crowd{t: t, heard: map[string]int{}}
	var err error
	c.in, err = loopback(t, Config{}).Receiver(Handler{Full: full, Track: func(r RemoteTrack) Sink {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.opened++
		return heardTrack{c, r.ID}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.in.Close)
	if c.out, err = loopback(t, Config{}).newPC(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.out.GracefulClose() })
	return c
}

// negotiate tells the receiver about the current tracks.
func (c *crowd) negotiate() {
	c.t.Helper()
	offer, err := c.out.CreateOffer(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(c.out)
	if err := c.out.SetLocalDescription(offer); err != nil {
		c.t.Fatal(err)
	}
	<-done
	answer, err := c.in.Accept(c.t.Context(), c.out.LocalDescription().SDP, true)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.out.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.t.Fatal(err)
	}
}

// person is a person's track.
type person struct {
	*webrtc.TrackLocalStaticRTP
	sender *webrtc.RTPSender
	p      rtp.Packet
}

// comes opens a track, which the receiver learns of from negotiate.
func (c *crowd) comes(name string) *person {
	c.t.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(OpusCodec(), name, name)
	if err != nil {
		c.t.Fatal(err)
	}
	sender, err := c.out.AddTrack(track)
	if err != nil {
		c.t.Fatal(err)
	}
	return &person{track, sender, rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: OpusPayloadType}, Payload: []byte{0xfc, 1, 2, 3}}}
}

func (c *crowd) leaves(p *person) {
	c.t.Helper()
	if err := c.out.RemoveTrack(p.sender); err != nil {
		c.t.Fatal(err)
	}
}

// talks sends packets until two were heard or the time is over, and reports whether they were heard.
func (c *crowd) talks(p *person, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(c.t.Context(), within)
	defer cancel()
	return waittest.Holds(ctx, func() bool {
		p.p.SequenceNumber++
		p.p.Timestamp += 960
		_ = p.WriteRTP(&p.p)
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.heard[p.ID()] >= 2
	})
}

// TestManySpeakersOneAfterTheOther: in a long connection, speakers come and go one at a time, and each is heard.
func TestManySpeakersOneAfterTheOther(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 270 tracks")
	}
	c := newCrowd(t, func(int) { t.Error("full, with one speaker at a time") })
	for i := range maxTracks + 14 {
		p := c.comes(fmt.Sprint("person", i))
		c.negotiate()
		if !c.talks(p, waittest.Patience) {
			t.Fatalf("the %dth speaker is not heard; %d tracks were opened", i+1, c.opened)
		}
		c.leaves(p)
	}
}

// TestPastTheLimitSomebodyIsTold: a track beyond the limit is reported, and heard once another one ends.
func TestPastTheLimitSomebodyIsTold(t *testing.T) {
	full := make(chan int, 8)
	c := newCrowd(t, func(open int) { full <- open })
	c.in.places = make(chan struct{}, 2)
	ana, ben := c.comes("Ana"), c.comes("Ben")
	c.negotiate()
	if !c.talks(ana, waittest.Patience) || !c.talks(ben, waittest.Patience) {
		t.Fatal("within the limit not everybody is heard")
	}
	eva := c.comes("Eva")
	c.negotiate()
	until := time.Now().Add(waittest.Patience)
	for len(full) == 0 {
		if c.talks(eva, 5*time.Millisecond) || time.Now().After(until) {
			t.Fatal("nobody is told that Eva is beyond the limit")
		}
	}
	if open := <-full; open != 2 {
		t.Errorf("%d are open", open)
	}
	c.leaves(ana)
	c.negotiate()
	if !c.talks(eva, waittest.Patience) {
		t.Error("Ana is gone, and Eva is still not heard")
	}
}
