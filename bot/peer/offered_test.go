package peer

import "testing"

// FuzzAccepting: an offer may be anything.
func FuzzAccepting(f *testing.F) {
	f.Add("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 111\r\na=rtpmap:96 H264/90000\r\n" +
		"a=fmtp:96 profile-level-id=42e01f\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:111 VP8/90000\r\n")
	f.Add("v=0\r\nm=video 9 X 96 96 300 -1\r\n")
	base, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, offer string) {
		own, err := base.Accepting(offer)
		if err != nil {
			return
		}
		c, err := own.Receiver(Handler{})
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	})
}
