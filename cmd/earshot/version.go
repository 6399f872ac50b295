package main

import (
	"cmp"
	_ "embed"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// number is the version that is released next, or that is released here: the one place where it stands.
//
//go:embed version.txt
var number string

// version, commit and its date (RFC 3339) are set by the linker (-X main.version=…) and never change while the program runs.
var (
	version = ""
	commit  = ""
	date    = ""
)

// named is the version by which the program calls itself. One that was built without its Makefile is a development version.
func named() string { return cmp.Or(version, strings.TrimSpace(number)+"-dev") }

// versionJSON is what "version --json" prints.
type versionJSON struct {
	Version string `json:"version"`
	// Commit and Time are the source's, when the program was built in its repository; Modified says that it was changed.
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// Libraries are the versions of the modules that a bug report should name, by module path.
	Libraries map[string]string `json:"libraries"`
}

// readVersion gathers what the linker noted.
func readVersion() versionJSON {
	v := versionJSON{
		Version: named(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Commit: commit, Time: date,
		Libraries: libraries(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// when is what is known of the commit beside its name.
func (v versionJSON) when() string {
	out := ""
	if t, err := time.Parse(time.RFC3339, v.Time); err == nil {
		out = " of " + t.UTC().Format(time.DateOnly)
	}
	if v.Modified {
		out += ", with changes"
	}
	return out
}

// libraries reads what the linker noted; modules that this program does not hold are absent.
func libraries() map[string]string {
	wanted := []string{"github.com/mattn/go-sqlite3", "github.com/pion/webrtc/v3", "github.com/ggerganov/whisper.cpp/bindings/go"}
	out := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	for _, m := range info.Deps {
		if slices.Contains(wanted, m.Path) {
			out[m.Path] = m.Version
		}
	}
	return out
}

func newVersionCommand(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and those of the libraries inside",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := readVersion()
			if asJSON {
				return env.JSON(v)
			}
			env.Printf("earshot %s\n", v.Version)
			if v.Commit != "" {
				env.Printf("commit %s%s\n", v.Commit, v.when())
			}
			env.Printf("%s %s\n", v.Go, v.Platform)
			for _, name := range slices.Sorted(maps.Keys(v.Libraries)) {
				env.Printf("%s %s\n", name, v.Libraries[name])
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}
