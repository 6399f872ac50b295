package lounge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"earshot/bot/peer"
)

// Limits bound what a lounge takes on. A zero field takes the default.
type Limits struct {
	Rooms    int // at once; default 100
	People   int // publishing in one room; default 64
	Watchers int // event streams in one room; default 256
	Hearing  int // WHEP sessions in one room; default 2048
	Sessions int // WHIP sessions, and as many WHEP sessions, in all rooms; default 2048
	Streams  int // event streams in all rooms; default 2048
	Body     int // bytes of a request; default 64 kB
	// PerAddress is how many people may publish from one address; of other things it may hold in proportion. Default 8; below
	// 0: addresses are not told apart. Holders of the host's token are bounded by none of these.
	PerAddress int
	// Idle is how long a room is kept in which nobody publishes and which no holder of the token follows; default 30 min.
	Idle time.Duration
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Rooms, 100)
	set(&l.People, 64)
	set(&l.Watchers, 256)
	set(&l.Hearing, 2048)
	set(&l.Sessions, 2048)
	set(&l.Streams, 2048)
	set(&l.Body, 64<<10)
	if l.PerAddress == 0 {
		l.PerAddress = 8
	}
	if l.Idle <= 0 {
		l.Idle = 30 * time.Minute
	}
	return l
}

// Config holds a lounge's settings. The zero value works on this machine alone.
type Config struct {
	// UDPPort is the one port for all media; 0 takes any free one.
	UDPPort int
	// Peer holds the ICE settings; its Mux is set by the server.
	Peer peer.Config
	// Room is the room that the root address leads to; default "lounge".
	Room string
	// BotName is how the page calls the bot; default "Earshot".
	BotName string
	// HostToken, when sent as Bearer, makes a person a host, and a listener with a name a bot of this room. Nobody else is
	// one, whatever they are called; empty: nobody is.
	HostToken string
	// Transcript, when set, serves the room's lines as server-sent events with models.Event as JSON data. It is mounted
	// at /rooms/{room}/transcript (r.PathValue("room")).
	Transcript http.Handler
	// TranscriptURL, when set, names another address for the same stream; "" means there is none. A foreign origin must
	// allow this page by CORS.
	TranscriptURL func(room string) string
	Limits        Limits
	Log           *slog.Logger
}

// Timing of the server.
const (
	tick        = 100 * time.Millisecond // of the talking indicator, and of the look for rooms that nobody uses
	talkHold    = 500 * time.Millisecond // how long a voice counts as talking after its last loud packet
	writeWithin = 5 * time.Second        // for one event to a watcher
)

// secret is an unguessable id of 128 bits.
func secret() string { return strings.ToLower(rand.Text()) }

// personID derives the public id of the client that holds key; the same key in another room is another id.
func personID(room, key string) string {
	sum := sha256.Sum256([]byte(room + "\x00" + key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:10])
}
