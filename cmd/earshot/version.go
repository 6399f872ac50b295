package main

import (
	"maps"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
)

// version and commit are set by the linker (-X main.version=…) and never change while the program runs.
var (
	version = "dev"
	commit  = ""
)

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
		Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Commit: commit, Libraries: libraries(),
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
			env.Printf("earshot %s\n%s %s\n", v.Version, v.Go, v.Platform)
			for _, name := range slices.Sorted(maps.Keys(v.Libraries)) {
				env.Printf("%s %s\n", name, v.Libraries[name])
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}
