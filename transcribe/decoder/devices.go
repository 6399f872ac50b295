package decoder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// Device is a graphics processor that ggml can compute on.
type Device struct {
	// Name is ggml's ("Vulkan0"), Description the driver's ("NVIDIA H200"), Backend that of the code that drives it ("Vulkan", "CUDA").
	Name, Description, Backend string
	// MemoryBytes is the memory that the device has, or shares with the processor; 0 if unknown.
	MemoryBytes int64
}

// String is how people are told of a device.
func (d Device) String() string { return fmt.Sprintf("%s (%s)", d.Name, d.Description) }

// software names the Vulkan drivers that compute on the processor, slower than ggml does itself.
var software = [...]string{"llvmpipe", "swiftshader"}

// Software reports whether the device is a program that computes on the processor.
func (d Device) Software() bool {
	name := strings.ToLower(d.Description)
	return slices.ContainsFunc(software[:], func(s string) bool { return strings.Contains(name, s) })
}

// The backends that a machine's decoders can be told to use.
const (
	BackendAuto   = "auto" // a device if there is one, otherwise the processor
	BackendCPU    = "cpu"
	BackendVulkan = "vulkan"
	BackendCUDA   = "cuda"
)

// ErrNoDevice is returned (wrapped) by Choose when the backend that was asked for has no device here.
var ErrNoDevice = errors.New("there is no such device")

// Choose returns the device to decode on, of those in the list; nil is the processor. A device that is software is used only if its
// backend was asked for by name.
func Choose(backend string, devices []Device) (*Device, error) {
	if backend == BackendCPU {
		return nil, nil //nolint:nilnil // the processor is no device of the list
	}
	var best *Device
	for i, d := range devices {
		named := strings.EqualFold(d.Backend, backend)
		if !named && (backend != BackendAuto || d.Software()) {
			continue
		}
		if best == nil || best.Software() && !d.Software() || best.Software() == d.Software() && d.MemoryBytes > best.MemoryBytes {
			best = &devices[i]
		}
	}
	if best == nil && backend != BackendAuto {
		return nil, models.WithHint(fmt.Errorf("decoder.backend is %s: %w", backend, ErrNoDevice), missing(backend))
	}
	return best, nil
}

// missing is what to do where a backend has no device.
func missing(backend string) string {
	install := "ggml's CUDA backend, which Debian does not package, and NVIDIA's driver"
	if backend == BackendVulkan {
		install = "ggml's Vulkan backend (Debian: libggml0-backend-vulkan) and the device's driver"
	}
	return "install " + install + `, let the service open the device's files, or set decoder.backend to "cpu"`
}

const (
	// listTime bounds how long drivers may take to list their devices, listBytes how much the list may be.
	listTime  = 20 * time.Second
	listBytes = 64 << 10
	// ListDevices is the argument that makes a child list the devices, as JSON on its standard output, and end.
	ListDevices = "--devices"
)

// Devices returns the devices that can be opened on this machine. A child process looks for them, since drivers may crash.
func Devices(ctx context.Context, c Command) ([]Device, error) {
	if c.Path == "" {
		self, err := Self()
		if err != nil {
			return nil, err
		}
		c = self
	}
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	c.Args = append(slices.Clip(c.Args), ListDevices)
	cmd := childCommand(c, 1, nil, nil)
	var out bytes.Buffer
	said := &noise{}
	cmd.Stdout, cmd.Stderr = &limited{w: &out, left: listBytes}, said
	runtime.LockOSThread() // the child ends with the thread that started it
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("decoder: start %s: %w", c.Path, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // fails only if it has ended
	err := cmd.Wait()
	stop()
	var list []Device
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &list)
	}
	if err != nil {
		return nil, fmt.Errorf("decoder: look for devices: %w %s", errors.Join(ctx.Err(), err), said.last())
	}
	return list, nil
}

// PrintDevices writes a list as Devices reads it.
func PrintDevices(w io.Writer, list []Device) error { return json.NewEncoder(w).Encode(list) }

// limited refuses what exceeds a limit.
type limited struct {
	w    io.Writer
	left int
}

// Write implements io.Writer.
func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, errors.New("too much output")
	}
	return l.w.Write(b)
}
