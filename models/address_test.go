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
		"whep+https://h.example":                      "whep+https://h.example/",
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
		"janus+ws://a.example/bridge/stage", "livekit://a.example./stage",
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
		"lounge://h/UPPER", "janus+ws://h/1234", "janus+ws://h/room/", "whep://h/x", "livekit://h h/x", "livekit://h/%00",
	} {
		if a, err := models.ParseAddress(raw); err == nil {
			t.Errorf("%q is taken for %s", raw, a.ID())
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error tells a secret: %v", raw, err)
		}
	}
}

func TestASecretInAQueryIsInNoIdentity(t *testing.T) {
	const raw = "whep+https://h.example/stage?token=hush"
	a, err := models.ParseAddress(raw)
	if err != nil {
		t.Fatal(err)
	}
	if r := a.RoomAt(raw, ""); strings.Contains(r.ID+r.URL+r.Name, "hush") || r.URL != "whep+https://h.example/stage" {
		t.Errorf("the room is %+v", r)
	}
}

func FuzzAddressesNameThemselves(f *testing.F) {
	for _, s := range []string{"lounge://h/x", "livekit://h/%2f/x", "janus+ws://[::1]:1/room/7", "whep+http://h/a//b/?x"} {
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
