package peer

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"
)

// TestProbe probes a real server by STUN, by TURN and with a wrong password, and a port where nothing responds.
func TestProbe(t *testing.T) {
	port := turn(t)
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	c := Config{Loopback: true, Interfaces: []string{"lo"}}
	for _, tt := range []struct {
		name   string
		server ICEServer
		works  bool
	}{
		{"STUN", ICEServer{URLs: []string{fmt.Sprintf("stun:127.0.0.1:%d", port)}}, true},
		{"TURN", ICEServer{URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=udp", port)}, Username: "bot", Credential: "s3cret"}, true},
		{
			"TURN over TCP",
			ICEServer{URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=tcp", port)}, Username: "bot", Credential: "s3cret"},
			true,
		},
		{
			"wrong password",
			ICEServer{URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=udp", port)}, Username: "bot", Credential: "guess"},
			false,
		},
		{"nobody there", ICEServer{URLs: []string{"stun:" + silent.LocalAddr().String()}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := Probe(t.Context(), c, tt.server, 30*time.Second) // one that does not respond is given up earlier
			if tt.works && err != nil || !tt.works && !errors.Is(err, ErrNoAnswer) {
				t.Errorf("%v", err)
			}
		})
	}
}
