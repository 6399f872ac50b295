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

// Model is a speech model's file.
type Model struct {
	Path     string
	Bytes    int64
	Practice bool // it is the practice model
}

// Loaded is what a process made of a model.
type Loaded struct {
	Time     time.Duration
	Confined bool // the process gave up its rights
}

// ErrNotTried says that there is nothing that could be tried.
var ErrNotTried = errors.New("not tried")

// Speech is what turns speech into text.
type Speech interface {
	// Model looks at the configured model's file, without loading it.
	Model() (Model, error)
	// Load has a process load it, as the service would, and end again. Its error is ErrNotTried when Model has one.
	Load(context.Context) (Loaded, error)
	// Backends are the names of the code that computes.
	Backends() ([]string, error)
}

// Codec is an Opus encoder with a decoder. Encode takes 20 ms at 48 kHz, one channel, and gives a packet that is valid until
// the next call. Decode fills out with a packet's sound at 16 kHz and says how many samples there are.
type Codec interface {
	Encode(pcm []float32) (packet []byte, err error)
	Decode(packet []byte, out []float32) (int, error)
}

// Detector says how likely it is that a block of 512 samples at 16 kHz holds speech.
type Detector interface {
	Speech(block []float32) float32
	Close() error
}

// Sound is what hears.
type Sound interface {
	Codec() (Codec, error)
	// Detector loads the voice detection model and says from which file; nil when there is none. The doctor closes it.
	Detector() (Detector, string, error)
}

// Files is what the settings name.
type Files interface {
	// Rules are the names of the compiled sets of all profiles, sorted; none when nothing is flagged.
	Rules() ([]string, error)
	// Targets is how many are told of flags.
	Targets() (int, error)
	// Secret reads a file that holds a secret, and is an error when it can't, or when everybody can.
	Secret(file string) error
}

// Records opens the record that lies at a path. The doctor closes it.
type Records interface {
	// Read opens it for reading, also while another process writes to it.
	Read(ctx context.Context, path string) (store.Store, error)
	// Open opens it for writing, which one process at a time can.
	Open(ctx context.Context, path string) (store.Store, error)
}

// Service is the program that runs all day.
type Service interface {
	// Serving reports whether it runs on the record.
	Serving(context.Context) bool
	// Differs are the keys of the settings that it runs with and that are others here, sorted.
	Differs(context.Context) ([]string, error)
	// Examine has it look at what a check of this name looks at, with its own settings, secrets and rights.
	Examine(ctx context.Context, check string, join bool) ([]Finding, error)
}

// Network is the way to room servers.
type Network interface {
	ICE() (peer.Config, error)
	// Rooms is what rooms need beside ICE's configuration, without an error from ICE.
	Rooms(peer.Config) (Rooms, error)
	// Listen opens the address of the page.
	Listen(ctx context.Context, address string) (net.Listener, error)
}

// Rooms makes what joins the configured rooms.
type Rooms interface {
	// Connector connects to nothing yet.
	Connector(configs.Room) (models.Room, bot.Connector, error)
	// Needs are the verbs that the rules of a profile may ask for in a room.
	Needs(profile string) []models.Verb
	// Inside is what the service's bot may do in the room that it is in at the moment; false: it is not there. The error is what
	// keeps it out while it tries to get in.
	Inside(room string) (bot.Capabilities, bool, error)
}

// Machine is the computer underneath.
type Machine interface {
	// Space is what is free on the file system of a folder.
	Space(dir string) (bytes, files uint64, err error)
	// ClockKept reports whether something keeps the clock right.
	ClockKept() (bool, error)
}
