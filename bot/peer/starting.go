package peer

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v3"
)

// starting is a connection until ICE has found a path. pion/webrtc v3.3.6 must not report a new ICE state while it is being closed: the
// report overwrites the state "closed", so that the operation that waits for the path does not notice it, goes on, and sets up the
// transport while Close reads it without a lock (a data race, and a crash if Close sees one half of it). Therefore the goroutine that
// reports states is held at its first report, "checking", until that operation has ended.
type starting struct {
	over     chan struct{}
	end      func()        // closes over
	reported chan struct{} // closed at the first report
}

// checkingAtMost is when ICE has given up for certain: from then on it can no longer find a path.
const checkingAtMost = disconnectAfter + failAfter + time.Second

func newStarting(pc *webrtc.PeerConnection) *starting {
	s := &starting{over: make(chan struct{}), reported: make(chan struct{})}
	s.end = sync.OnceFunc(func() { close(s.over) })
	first := sync.OnceFunc(func() { close(s.reported) })
	dtls := pc.SCTP().Transport()
	dtls.OnStateChange(func(state webrtc.DTLSTransportState) {
		if state == webrtc.DTLSTransportStateConnecting { // only after ICE has started
			s.end()
		}
	})
	dtls.ICETransport().OnConnectionStateChange(func(webrtc.ICETransportState) {
		first()
		t := time.NewTimer(checkingAtMost)
		defer t.Stop()
		select {
		case <-s.over:
		case <-t.C:
			s.end()
		}
	})
	return s
}

// close closes the connection and waits for pion's goroutines.
func (s *starting) close(pc *webrtc.PeerConnection) {
	select {
	case <-s.over:
	default:
		s.awaitReport(pc)
		_ = pc.Close() // does not wait for reports, as GracefulClose would
		s.awaitReport(pc)
	}
	_ = pc.GracefulClose() // fails only for parts that are already closed
	s.end()
}

// reportWithin limits the wait for the first report, which follows at once unless ICE refuses to start.
const reportWithin = time.Second

// awaitReport waits for the first report if ICE has started: then it has a role, other than 0.
func (s *starting) awaitReport(pc *webrtc.PeerConnection) {
	if pc.SCTP().Transport().ICETransport().Role() == webrtc.ICERole(0) {
		return
	}
	t := time.NewTimer(reportWithin)
	defer t.Stop()
	select {
	case <-s.reported:
	case <-t.C:
	}
}
