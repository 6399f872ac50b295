package server

import (
	"log/slog"
	"net/http"
	"time"

	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
)

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
	Limits        budget.Limits
	Log           *slog.Logger
}

// Timing of the server.
const (
	tick        = 100 * time.Millisecond // of the talking indicator, and of the look for rooms that nobody uses
	writeWithin = 5 * time.Second        // for one event to a watcher
)
