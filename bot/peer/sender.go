package peer

import (
	"fmt"

	"github.com/pion/webrtc/v3"
)

// Sender returns a Conn that sends one audio track and receives nothing, for serving listeners and for publishing a recording. Offer and
// Accept work as on a receiving Conn. The caller must Close it.
func (f *Factory) Sender(track webrtc.TrackLocal, extra ...ICEServer) (*Conn, error) {
	c, err := f.Receiver(Handler{}, extra...)
	if err != nil {
		return nil, err
	}
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	tr, err := c.pc.AddTransceiverFromTrack(track, init)
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("peer: adding a track: %w", err)
	}
	c.sends = true
	c.readers.Go(func() { drainRTCP(tr.Sender()) })
	return c, nil
}

// drainRTCP reads reports and NACKs until the sender is stopped: pion's interceptors process them only while they are read.
func drainRTCP(s *webrtc.RTPSender) {
	buf := make([]byte, readBuffer)
	for {
		if _, _, err := s.Read(buf); err != nil {
			return
		}
	}
}
