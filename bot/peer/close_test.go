package peer

import (
	"sync"
	"testing"

	"github.com/pion/webrtc/v3"
)

// TestCloseWhileConnecting: a connection may be closed at any moment, also while ICE finds its path, without a data race in pion.
func TestCloseWhileConnecting(t *testing.T) {
	receivers, senders := loopback(t, Config{}), loopback(t, Config{})
	for range 60 {
		a, err := receivers.Receiver(Handler{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := senders.Sender(&silent{})
		if err != nil {
			t.Fatal(err)
		}
		answer := answerOf(t, a, b)
		paired, once := make(chan struct{}), sync.Once{}
		for _, c := range []*Conn{a, b} {
			c.pc.SCTP().Transport().ICETransport().OnSelectedCandidatePairChange(func(*webrtc.ICECandidatePair) {
				once.Do(func() { close(paired) })
			})
		}
		if err := a.Answer(answer); err != nil {
			t.Fatal(err)
		}
		<-paired
		var closing sync.WaitGroup
		closing.Go(a.Close)
		closing.Go(b.Close)
		closing.Wait()
	}
}
