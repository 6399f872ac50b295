package models_test

import (
	"strings"
	"testing"

	"earshot/models"
)

func TestAnAddressHasOneFormHoweverItIsWritten(t *testing.T) {
	for raw, want := range map[string]string{
		"lounge://127.0.0.1:8484/lounge":              "lounge://127.0.0.1:8484/lounge",
		"lounge+http://LOCALHOST:8484//lounge/":       "lounge://127.0.0.1:8484/lounge",
		"lounge+https://Talk.Example:443/lounge":      "lounge+https://talk.example/lounge",
		"livekit://rooms.example/Open-Mic":            "livekit://rooms.example/Open-Mic",
		"livekit+wss://rooms.example:443/Open-Mic":    "livekit://rooms.example/Open-Mic",
		"livekit+ws://rooms.example/x":                "livekit+ws://rooms.example/x",
		"livekit+ws://localhost:7880/x":               "livekit://127.0.0.1:7880/x",
		"livekit+wss://127.0.0.1:7880/x":              "livekit+wss://127.0.0.1:7880/x",
		"livekit://[::1]:7880/a%20b":                  "livekit://[::1]:7880/a%20b",
		"livekit://[0:0::0001]:7880/%61%2Fb":          "livekit://[::1]:7880/a%2Fb",
		"livekit://[::ffff:10.0.0.1]/x":               "livekit://10.0.0.1/x",
		"livekit://h.example/tenant/x":                "livekit://h.example/tenant/x",
		"janus+ws://h.example:08188/room/1234":        "janus+ws://h.example:8188/room/1234",
		"janus+ws://h.example:8188/room/1?ids=string": "janus+ws://h.example:8188/room/1",
		"jitsi://Meet.example/Open Mic":               "jitsi://meet.example/Open%20Mic",
		"mumble://Talk.example":                       "mumble://talk.example/",
		"mumble://talk.example:64738/Hall/Lobby/":     "mumble://talk.example/Hall/Lobby",
		"mumble://localhost:1/a%2Fb?audience=Waiting": "mumble://127.0.0.1:1/a%2Fb",
		"whep+https://h.example":                      "whep+https://h.example/",
		"hls+https://H.example/live.m3u8":             "hls+https://h.example/live.m3u8",
		"icecast+http://h.example:8000/":              "icecast+http://h.example:8000/",
		"rtmp://h.example:1935/live/key":              "rtmp://h.example/live/key",
		"rtmp+listen://:1935/live/key":                "rtmp+listen:///live/key",
		"rtmp+listen://127.0.0.1:1936/key":            "rtmp+listen://127.0.0.1:1936/key",
		"rtsp://h.example/cam":                        "rtsp://h.example/cam",
		"srt://h.example:9001":                        "srt://h.example:9001/",
		"srt+listen://:9000":                          "srt+listen:///",
		"file:///srv/talk%20one.mp3":                  "file:///srv/talk%20one.mp3",
		"device://room.Monitor+2":                     "device://room.Monitor+2",
		"device://bluez_output.AA:BB.1.monitor":       "device://bluez_output.AA:BB.1.monitor",
		"whep+https://h.example/a/":                   "whep+https://h.example/a/",
	} {
		a, err := models.ParseAddress(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if a.ID() != want {
			t.Errorf("%s is %s, want %s", raw, a.ID(), want)
		}
		again, err := models.ParseAddress(a.ID())
		if err != nil || again.ID() != want {
			t.Errorf("%s does not name itself: %s, %v", want, again.ID(), err)
		}
	}
}

func TestRoomsOfOneNameAreDifferentRooms(t *testing.T) {
	seen := map[string]string{}
	for _, raw := range []string{
		"livekit://a.example/stage", "livekit://b.example/stage", "livekit://a.example:8443/stage", "livekit+ws://a.example/stage",
		"livekit://a.example/Stage", "livekit://a.example/x/stage", "lounge://a.example/stage", "whep+https://a.example/stage",
		"whep+https://a.example/stage?channel=1", "whep+https://a.example/stage?channel=2", "janus+ws://a.example/room/stage",
		"janus+ws://a.example/bridge/stage", "livekit://a.example./stage", "mumble://a.example/stage", "mumble://a.example/x/stage",
	} {
		a, err := models.ParseAddress(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if other, twice := seen[a.ID()]; twice {
			t.Errorf("%s and %s are one room: %s", raw, other, a.ID())
		}
		seen[a.ID()] = raw
		if a.Short() != "stage" {
			t.Errorf("%s is called %s for short", raw, a.Short())
		}
	}
}

func TestWhatIsNoAddressOfARoomIsRefused(t *testing.T) {
	for _, raw := range []string{
		"", "x", "https://meet.google.com/abc", "livekit:///x", "livekit://h", "livekit://h/", "livekit://h/x?y=1", "livekit://h/x/",
		"livekit://key:secret@h/x", "livekit://h:0/x", "livekit://h:70000/x", "livekit://bücher.example/x", "lounge://h/", "lounge://h/a/b",
		"lounge://h/UPPER", "janus+ws://h/1234", "janus+ws://h/room/", "whep://h/x", "livekit://h h/x", "livekit://h/%00", "mumble://h/a//b",
		"mumble://user@h/a", "mumble:///a", "jitsi://h", "jitsi://h/a/b", "jitsi://h/a?x=y",
		"device://", "device://%zz", "file://", "file://host/a", "file:///a/", "file:///a?x=1",
		"rtmp://h", "rtmp+listen://:0/key", "hls+https:///x.m3u8", "icecast+https://user:secret@h/x", "rtsp:///x", "srt+listen://h h",
	} {
		if a, err := models.ParseAddress(raw); err == nil {
			t.Errorf("%q is taken for %s", raw, a.ID())
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error tells a secret: %v", raw, err)
		}
	}
}

// TestAWrongAddressSaysHowItIsWritten: by an address of its own kind where that is known.
func TestAWrongAddressSaysHowItIsWritten(t *testing.T) {
	for raw, want := range map[string]string{
		"mumble://talk.example:0/Lobby": "a number from 1 to 65535, or none for 64738", "livekit://a.example:70000/x": "or none for 443",
		"janus+ws://a.example:8188/1234": "for example janus+ws://rooms.example:8188/room/1234",
		"livekit://a.example":            "for example livekit://rooms.example/open-mic",
		"mumble://[::1/x":                "for example mumble://talk.example/lobby",
		"rtmp://a.example":               "for example rtmp://media.example/live/KEY",
	} {
		_, err := models.ParseAddress(raw)
		if hint := models.Hint(err); !strings.Contains(hint, want) || strings.Contains(hint, " or livekit") {
			t.Errorf("%s: %v, hint %q, want %q", raw, err, hint, want)
		}
	}
}

func TestAnUnknownKindOfRoomSuggestsOne(t *testing.T) {
	for raw, want := range map[string]string{
		"livkit://a.example/x":            "did you mean livekit://?",
		"livekti://a.example/x":           "did you mean livekit://?",
		"loungee://a.example/x":           "did you mean lounge://?",
		"numble://a.example/x":            "did you mean mumble://?",
		"janus://a.example/room/1":        "did you mean janus+ws:// or janus+wss://?",
		"jansu+ws://a.example/room/1":     "did you mean janus+ws://?",
		"whep://a.example/x":              "did you mean whep+http:// or whep+https://?",
		"wss://a.example/x":               "did you mean janus+wss:// or livekit+wss://?",
		"https://a.example/x":             "hls+https://, icecast+https://, lounge+https://, whep+https://, livekit:// or jitsi://",
		"https://us02web.zoom.us/j/1?p=x": "can't join such rooms",
		"https://meet.google.com/abc":     "can't join such rooms",
		"zoommtg://zoom.us/join":          "can't join such rooms",
		"https://a.example/room/lounge":   "the room's address is lounge+https://a.example/lounge",
		"livekit//a.example/x":            "for example lounge://127.0.0.1:8484/lounge or livekit://",
		"gopher://a.example/x":            "for example lounge://127.0.0.1:8484/lounge or livekit://",
		"talk":                            "for example lounge://127.0.0.1:8484/lounge or livekit://",
	} {
		_, err := models.ParseAddress(raw)
		if hint := models.Hint(err); !strings.Contains(hint, want) {
			t.Errorf("%s: %v, hint %q, want %q", raw, err, hint, want)
		}
	}
}

func TestASecretInAQueryIsInNoIdentity(t *testing.T) {
	for _, of := range []string{"whep+https://h.example/stage", "hls+https://h.example/a.m3u8", "rtmp+listen://:1935/live"} {
		raw := of + "?token=hush"
		a, err := models.ParseAddress(raw)
		if err != nil {
			t.Fatal(err)
		}
		if r := a.RoomAt(raw, ""); strings.Contains(r.ID+r.URL+r.Name, "hush") || r.URL != of {
			t.Errorf("the room is %+v", r)
		}
	}
}

func FuzzAddressesNameThemselves(f *testing.F) {
	for _, s := range []string{
		"lounge://h/x", "livekit://h/%2f/x", "janus+ws://[::1]:1/room/7", "whep+http://h/a//b/?x", "device://a%2Fb", "file:///a",
		"srt+listen://:1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		a, err := models.ParseAddress(raw)
		if err != nil {
			return
		}
		if strings.ContainsAny(a.ID(), " \n\t\x00") {
			t.Fatalf("%q: identity %q", raw, a.ID())
		}
		id, _, _ := strings.Cut(a.ID(), "?query=")
		again, err := models.ParseAddress(id)
		if got, _, _ := strings.Cut(again.ID(), "?query="); err != nil || got != id {
			t.Fatalf("%q: %q is read as %q: %v", raw, id, got, err)
		}
	})
}

func TestServersAsLiveKitWritesThem(t *testing.T) {
	for raw, want := range map[string]string{
		"ws://localhost:7880": "livekit+ws://localhost:7880", "http://a.example": "livekit+ws://a.example",
		"wss://a.example": "livekit+wss://a.example", "https://a.example": "livekit+wss://a.example",
		"livekit://a.example": "", "a.example": "", "": "",
	} {
		if got, ok := models.FromLiveKit(raw); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", raw, got, ok)
		}
	}
}
