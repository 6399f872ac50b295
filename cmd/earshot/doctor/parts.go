package doctor

import (
	"context"
	"errors"
	"net"
	"time"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
)

// Model is a speech model file.
type Model struct {
	Path     string
	Bytes    int64
	Practice bool // it is the practice model
	// Server is where clips are sent instead, and Leaves whether that is another machine; "": decoding is local.
	Server string
	Leaves bool
}

// Loaded is the result of loading a model.
type Loaded struct {
	Time     time.Duration
	Confined bool // the process dropped its privileges
	// Device is the graphics processor that it decodes on, or "".
	Device string
	// Elsewhere: a server was asked, and took Time to transcribe silence.
	Elsewhere bool
}

// ErrNotTried means that there was nothing to try.
var ErrNotTried = errors.New("not tried")

// Speech is speech recognition.
type Speech interface {
	// Model inspects the configured model's file without loading it.
	Model() (Model, error)
	// Load has a process load the model, as the service would, and exit. The error is ErrNotTried if Model returned one.
	Load(context.Context) (Loaded, error)
	// Backends returns the names of the ggml backends.
	Backends() ([]string, error)
}

// Codec is an Opus encoder and decoder. Encode takes 20 ms at 48 kHz, mono, and returns a packet that is valid until the next
// call. Decode fills out with the packet's audio at 16 kHz and returns the number of samples.
type Codec interface {
	Encode(pcm []float32) (packet []byte, err error)
	Decode(packet []byte, out []float32) (int, error)
}

// Detector returns the probability that a block of 512 samples at 16 kHz contains speech.
type Detector interface {
	Speech(block []float32) float32
	Close() error
}

// Sound is the audio path.
type Sound interface {
	Codec() (Codec, error)
	// Detector loads the voice detection model and returns its file name; nil if there is none. The doctor closes it.
	Detector() (Detector, string, error)
}

// Files are the files that the settings name.
type Files interface {
	// Rules returns the names of the compiled rule sets of all profiles, sorted; none if nothing is flagged.
	Rules() ([]string, error)
	// Targets returns how many targets are notified of flags.
	Targets() (int, error)
	// Secret reads a file with a secret. It fails if the file is unreadable, or readable by everybody.
	Secret(file string) error
}

// Records opens the configured record. The doctor closes it.
type Records interface {
	// Read opens it for reading, even while another process writes to it.
	Read(ctx context.Context) (store.Store, error)
	// Open opens it for writing, which one process at a time can do.
	Open(ctx context.Context) (store.Store, error)
}

// Service is the running service.
type Service interface {
	// Serving reports whether a service is running with the record.
	Serving(context.Context) bool
	// Differs returns the keys of the settings that differ between the service and this process, sorted.
	Differs(context.Context) ([]string, error)
	// Examine has the service run the check of this name, with its own settings, secrets and rights.
	Examine(ctx context.Context, check string, join bool) ([]Finding, error)
}

// Network is the network to room servers.
type Network interface {
	ICE() (peer.Config, error)
	// Rooms returns what rooms need apart from ICE, without errors of ICE.
	Rooms(peer.Config) (Rooms, error)
	// Listen opens the page's address.
	Listen(ctx context.Context, address string) (net.Listener, error)
}

// Rooms creates connectors for the configured rooms.
type Rooms interface {
	// Connector returns one that has not connected yet.
	Connector(configs.Room) (models.Room, bot.Connector, error)
	// Needs returns the verbs that a profile's rules may use in a room.
	Needs(profile string) []models.Verb
	// Inside returns what the service's bot may do in the room it is in; false if it isn't there. The error is what keeps it out
	// while it tries to join.
	Inside(room string) (bot.Capabilities, bool, error)
}

// Bridges are those of the configured Jitsi server, which dial this program.
type Bridges interface {
	// Jitsi logs in at the server as the bot would, and leaves. It returns what it found, in words.
	Jitsi(context.Context) (string, error)
}

// Machine is the computer.
type Machine interface {
	// Space returns the free space on a folder's file system.
	Space(dir string) (bytes, files uint64, err error)
	// ClockKept reports whether the clock is synchronised.
	ClockKept() (bool, error)
}
