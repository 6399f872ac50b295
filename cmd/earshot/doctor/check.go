package doctor

import (
	"context"

	"earshot/configs"
)

// Config is what the doctor examines and the means to do so. Every field but Environ must be set.
type Config struct {
	Settings configs.Config
	File     string   // the file the settings came from; "" for none
	Environ  []string // "NAME=value", for variables that name files with secrets
	Database string   // the database file, or the address of its server
	// Join lets the doctor visit the configured rooms briefly.
	Join bool

	Speech  Speech
	Sound   Sound
	Files   Files
	Records Records
	Service Service
	Network Network
	Bridges Bridges
	Machine Machine
}

// doctor holds what the checks share.
type doctor struct{ Config }

// Check is one check, which may produce several findings. Look may take as long as remote machines do. It ends early when its
// context does; what it returns then means nothing.
type Check struct {
	Name string
	Look func(context.Context) []Finding
	// Service: a running service performs this check instead, as only it has the environment, rights and ports that matter.
	Service bool
}
