package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"earshot/bot/bottest"
	"earshot/bot/lounge/server"
)

// camera is a client that offers sound, pictures and a data channel in one connection, as OBS, cameras and browsers do.
type camera struct {
	pc           *webrtc.PeerConnection
	sound, sight *webrtc.TrackLocalStaticRTP
}

func newCamera(t *testing.T) *camera {
	t.Helper()
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(bottest.Loopback().IPFilter)
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
	)
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	return &camera{pc: pc}
}

// publish offers the sections of these kinds, in this order, and takes the answer; it returns the address of the session.
func (c *camera) publish(t *testing.T, target string, kinds ...string) (location string) {
	t.Helper()
	for _, kind := range kinds {
		var err error
		switch kind {
		case "audio":
			c.sound, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "a", "camera")
			if err == nil {
				_, err = c.pc.AddTrack(c.sound)
			}
		case "video":
			c.sight, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264}, "v", "camera")
			if err == nil {
				_, err = c.pc.AddTrack(c.sight)
			}
		case "application":
			_, err = c.pc.CreateDataChannel("chat", nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err := c.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	status, header, answer := request(t, "POST", target, "application/sdp", c.pc.LocalDescription().SDP)
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, answer)
	}
	for _, kind := range kinds {
		if strings.Contains(answer, "m="+kind+" 0 ") {
			t.Errorf("the answer refuses the section %s", kind)
		}
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatalf("the client refuses the answer: %v", err)
	}
	return header.Get("Location")
}

// film sends sound marked 7 and pictures marked 9 until the test ends.
func (c *camera) film(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := uint16(0); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		h := rtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 960}
		_ = c.sound.WriteRTP(&rtp.Packet{Header: h, Payload: payload(7, 40)})
		if c.sight != nil {
			_ = c.sight.WriteRTP(&rtp.Packet{Header: h, Payload: payload(9, 900)})
		}
	}
}

// TestSoundIsTakenOutOfAnyOffer: who sends pictures or data too is heard, and nothing but the sound is passed on.
func TestSoundIsTakenOutOfAnyOffer(t *testing.T) {
	for _, kinds := range [][]string{{"audio", "video"}, {"video", "audio"}, {"audio", "application"}, {"audio", "video", "application"}} {
		t.Run(strings.Join(kinds, " "), func(t *testing.T) {
			base, _ := open(t, server.Config{})
			e, _ := listen(t, base, "lounge")
			e.until(t, "the join", func() bool { return e.has("joined") })
			cam := newCamera(t)
			location := cam.publish(t, base+"/whip/lounge?name=Ana", kinds...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go cam.film(ctx)
			e.until(t, "the sound", func() bool { tr := e.of("Ana"); return tr != nil && len(tr.raw) > 10 })
			e.mu.Lock()
			for _, raw := range e.of("Ana").raw {
				var p rtp.Packet
				if err := p.Unmarshal(raw); err != nil || p.Payload[1] != 7 {
					t.Errorf("not a packet of the sound: %d bytes, %v", len(p.Payload), err)
				}
			}
			e.mu.Unlock()
			// as OBS does: the relative address as a path of the host
			if status, _, _ := request(t, "DELETE", base+"/"+location, "", ""); status != http.StatusOK {
				t.Errorf("DELETE: %d", status)
			}
			e.until(t, "the end", func() bool { return e.has("left Ana") })
		})
	}
}

// TestAPlayerOfPicturesHears: a player that would show pictures too gets the sound.
func TestAPlayerOfPicturesHears(t *testing.T) {
	base, _ := open(t, server.Config{})
	id, _ := talk(t, base, "Ana")
	player := newCamera(t)
	heard := make(chan struct{}, 1)
	player.pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if _, _, err := tr.ReadRTP(); err == nil && tr.Kind() == webrtc.RTPCodecTypeAudio {
			heard <- struct{}{}
		}
	})
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := player.pc.AddTransceiverFromKind(kind, init); err != nil {
			t.Fatal(err)
		}
	}
	player.publish(t, base+"/whep/lounge/"+id)
	select {
	case <-heard:
	case <-time.After(patience):
		t.Fatal("no sound")
	}
}

// TestSoundIsNeeded: an offer without Opus is refused, whatever else is in it.
func TestSoundIsNeeded(t *testing.T) {
	base, _ := open(t, server.Config{})
	good := offer(t)
	for name, body := range map[string]string{
		"pictures alone": strings.Replace(good, "m=audio", "m=video", 1),
		"text":           good + "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:1\r\n",
		"many sections":  good + strings.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=sendonly\r\n", 40),
	} {
		if status, _, body := request(t, "POST", base+"/whip/lounge", "application/sdp", body); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
