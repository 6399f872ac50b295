package whisper

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"earshot/models"
)

// backendsEnv is the environment variable that names the folder of ggml's compute backends.
const backendsEnv = "EARSHOT_GGML_BACKENDS"

// loadBackends silences the library's logging and loads its compute backends. The library's registry of backends is per
// process, can be filled only once, and must be filled before a model is loaded: hence the package-level value.
var loadBackends = sync.OnceValues(func() ([]string, error) {
	silence()
	if err := setBLASThreads(); err != nil {
		return nil, fmt.Errorf("whisper: prepare the BLAS backend: %w", err)
	}
	dir := backendsDir()
	loadBackendsFrom(dir)
	names, cpu := devices()
	if !cpu {
		return nil, models.WithHint(fmt.Errorf("whisper: no CPU backend of ggml found (looked in %q)", dir),
			"set "+backendsEnv+" to the folder that holds libggml-cpu*.so, or install the libggml package of your system")
	}
	return names, nil
})

// Backends names the compute devices in use ("BLAS", "CPU"), loading them on the first call.
func Backends() ([]string, error) {
	names, err := loadBackends()
	return slices.Clone(names), err
}

// backendsDir returns the folder of backends, or "" to let the library search for them.
func backendsDir() string {
	if dir := os.Getenv(backendsEnv); dir != "" {
		return dir
	}
	return backendsBeside(libggmlPath())
}

// CPUBackends lists the files of the library's own CPU backends, one per processor family; none if the backends are built in.
// A process whose EARSHOT_GGML_BACKENDS folder contains only these runs without BLAS, for benchmarks.
func CPUBackends() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(backendsDir(), "libggml-cpu*"))
	if err != nil {
		return nil, fmt.Errorf("whisper: look for CPU backends: %w", err)
	}
	return files, nil
}

// backendsBeside returns the folder of backends installed with the ggml library at path, or "": packages put it in
// ggml/backends<N> beside the library.
func backendsBeside(path string) string {
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	found, err := filepath.Glob(filepath.Join(filepath.Dir(file), "ggml", "backends*"))
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

var errNoMemory = errors.New("out of memory")
