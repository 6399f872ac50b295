package doctor

import (
	"context"

	"earshot/configs"
)

// Config is what is looked at, and with what. All of it must be set, but for Environ.
type Config struct {
	Settings configs.Config
	File     string   // the settings were read from it; "" for none
	Environ  []string // "NAME=value", for the variables that name files with secrets
	Database string   // the record's file
	// Join lets the doctor enter the configured rooms for a moment.
	Join bool

	Speech  Speech
	Sound   Sound
	Files   Files
	Records Records
	Service Service
	Network Network
	Machine Machine
}

// doctor holds what all checks share.
type doctor struct{ Config }

// Check is one look, which may find several things. Look may take as long as other machines do; it ends early with its
// context, and what it then returns means nothing.
type Check struct {
	Name string
	Look func(context.Context) []Finding
	// Service says that a running service is asked instead: only it has the environment, the rights and the ports that matter.
	Service bool
}
