package configs

import (
	"fmt"
	"strings"
)

// Options says where settings are taken from, besides the embedded defaults.
type Options struct {
	// File is the configuration file that was named; empty means EARSHOT_CONFIG, then the usual places, then none.
	File string
	// Environ is the environment as os.Environ gives it.
	Environ []string
	// NoRecord says that nothing is to be stored: without a home folder Config.DataDir is then empty, which is a mistake
	// otherwise.
	NoRecord bool
	// Flags are the values given by flags, by setting ("log.level"). Lists are written with commas.
	Flags map[string]string
}

// Value is one setting in force.
type Value struct {
	// Key is the dotted setting.
	Key string
	// Value is a string, an int, a bool, a []string or a []Entry; paths are absolute, durations in Go's notation.
	Value any
	// From is where it comes from.
	From Source
}

// Report is a Config together with the origin of each of its values.
type Report struct {
	Config Config
	// File is the file that was read; empty when there is none.
	File string
	// Values are all settings in the order of earshot.yaml.
	Values []Value
}

// Text is the value as people read it.
func (v Value) Text() string {
	switch x := v.Value.(type) {
	case []Entry:
		names := make([]string, len(x))
		for i, e := range x {
			names[i] = e.String()
		}
		return "[" + strings.Join(names, ", ") + "]"
	case []string:
		return "[" + strings.Join(x, ", ") + "]"
	case string:
		if x == "" {
			return `""`
		}
		return x
	default:
		return fmt.Sprint(x)
	}
}
