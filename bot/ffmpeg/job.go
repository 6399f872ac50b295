// Package ffmpeg runs ffmpeg in a process that may do little: it reads the files that its Job names and the system's libraries, reaches
// the ports that the Job names, writes nothing, and has bounded memory and time. It ends with this program.
package ffmpeg

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Job is what an ffmpeg is started for. Everybody on this machine can read it while the process begins: it holds no secrets.
type Job struct {
	// Words are ffmpeg's arguments, without its name.
	Words []string
	// Files are files and folders, with absolute paths without links, that it may read.
	Files []string `json:",omitempty"`
	// Sockets are UNIX sockets that it may connect to.
	Sockets []string `json:",omitempty"`
	// Connect and Listen are the ports, of TCP and UDP, that it may connect to and listen at.
	Connect []uint16 `json:",omitempty"`
	Listen  []uint16 `json:",omitempty"`
	// Seconds bounds its processor time.
	Seconds uint64
	// Scratch lets it make memory that has a size, as clients of sound servers share it. It writes no file all the same.
	Scratch bool `json:",omitempty"`
}

// ErrNotAChild means that somebody else than this program called Confine's command.
var ErrNotAChild = errors.New("not started as ffmpeg by a parent process")

// Confine becomes ffmpeg with a Job as Launcher.Start hands it over. It returns only when that fails.
func Confine(program, job string) error {
	var j Job
	if err := json.Unmarshal([]byte(job), &j); err != nil || len(j.Words) == 0 {
		return ErrNotAChild
	}
	if err := j.become(program); err != nil {
		return fmt.Errorf("ffmpeg: %w", err)
	}
	return nil
}

// Find is the path of ffmpeg in the folders of a PATH; "" when it is not there.
func Find(path string) string {
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		name := filepath.Join(dir, "ffmpeg")
		if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return name
		}
	}
	return ""
}

// InstallHint says how ffmpeg is got.
const InstallHint = "install ffmpeg: the package ffmpeg of Debian, Ubuntu, Fedora (RPM Fusion), Alpine, Arch and Homebrew"
