package whisper

import (
	"fmt"
	"path/filepath"
	"slices"

	"earshot/models"
)

// Devices returns the graphics processors that the library's backends can open here, loading the backends on the first call. Drivers
// may crash: call it in a process that may end.
func Devices() (out []Device, err error) {
	if _, err := loadBackends(); err != nil {
		return nil, err
	}
	for _, d := range graphics() {
		if d.open() {
			out = append(out, d.Device)
		}
	}
	return out, nil
}

// OpenDevice initialises the device of that name, so that its driver has its files open before the process gives up the right to open
// any. An empty name is the processor, which needs nothing.
func OpenDevice(name string) error {
	if name == "" {
		return nil
	}
	i, err := graphicsIndex(name)
	if err != nil {
		return err
	}
	if !graphics()[i].open() {
		return fmt.Errorf("whisper: device %s can't be opened: %s", name, lastLog())
	}
	return nil
}

// HasGraphics reports whether a backend for graphics processors is installed. It only looks for its file.
func HasGraphics() bool {
	for _, pattern := range []string{"libggml-vulkan*", "libggml-cuda*"} {
		if found, err := filepath.Glob(filepath.Join(backendsDir(), pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// graphicsIndex returns the library's number of a device; -1 is the processor, whose name is empty.
func graphicsIndex(name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	i := slices.IndexFunc(graphics(), func(d device) bool { return d.Name == name })
	if i < 0 {
		return 0, models.WithHint(fmt.Errorf("whisper: there is no device %s any more", name), `set decoder.backend to "cpu" until it is back`)
	}
	return i, nil
}
