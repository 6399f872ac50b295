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

// backendsEnv names the folder of ggml's compute backends when it is not where the library looks for it.
const backendsEnv = "EARSHOT_GGML_BACKENDS"

// loadBackends makes the library quiet and loads its compute backends. The library's registry of backends belongs to
// the process, can be filled only once, and aborts the process when a model is loaded without it: hence the one
// package-level value here.
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

// backendsDir is the folder of backends; "" when the library is to look for them itself.
func backendsDir() string {
	if dir := os.Getenv(backendsEnv); dir != "" {
		return dir
	}
	return backendsBeside(libggmlPath())
}

// CPUBackends lists the files of the library's own CPU code, one for each kind of processor. A process that finds these
// alone in the folder that EARSHOT_GGML_BACKENDS names works without BLAS: it is there to measure what BLAS is worth.
// None where the library has its backends built in.
func CPUBackends() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(backendsDir(), "libggml-cpu*"))
	if err != nil {
		return nil, fmt.Errorf("whisper: look for CPU backends: %w", err)
	}
	return files, nil
}

// backendsBeside finds the folder of backends that was installed with the ggml library at path: packages put it in
// ggml/backends<N> beside the library. It returns "" when there is none, and the library then uses its own search.
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
