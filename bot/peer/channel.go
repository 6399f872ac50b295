package peer

import (
	"fmt"
	"sync"

	"github.com/pion/webrtc/v3"
)

// Channel is an ordered and reliable data channel (RFC 8831). Its methods may be called from any goroutine.
type Channel struct {
	d    *webrtc.DataChannel
	open chan struct{}
	once sync.Once
}

// Caller returns a Conn with one data channel and no audio, which OfferNow or Offer starts. The caller must Close it.
func (f *Factory) Caller(label string, h Handler, extra ...ICEServer) (*Conn, *Channel, error) {
	c, err := f.Receiver(h, extra...)
	if err != nil {
		return nil, nil, err
	}
	c.sends = true // don't offer an audio section
	d, err := c.pc.CreateDataChannel(label, nil)
	if err != nil {
		c.Close()
		return nil, nil, fmt.Errorf("peer: data channel: %w", err)
	}
	ch := &Channel{d: d, open: make(chan struct{})}
	d.OnOpen(func() { ch.once.Do(func() { close(ch.open) }) })
	return c, ch, nil
}

// Opened returns a channel that is closed once messages can be sent.
func (c *Channel) Opened() <-chan struct{} { return c.open }

// Send queues a message.
func (c *Channel) Send(message []byte) error {
	if err := c.d.Send(message); err != nil {
		return fmt.Errorf("peer: data channel: %w", err)
	}
	return nil
}

// Unsent returns how many bytes the other side has not acknowledged yet.
func (c *Channel) Unsent() uint64 { return c.d.BufferedAmount() }
