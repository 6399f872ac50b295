package decoder

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"earshot/models"
)

// A device is used when there is one that is no program, or when its backend was asked for; otherwise the processor.
func TestChooseDevice(t *testing.T) {
	llvm := Device{Name: "Vulkan1", Description: "llvmpipe (LLVM 22.1.8, 256 bits)", Backend: "Vulkan", MemoryBytes: 99}
	igpu := Device{Name: "Vulkan0", Description: "Intel(R) UHD Graphics 630", Backend: "Vulkan", MemoryBytes: 4}
	h200 := Device{Name: "CUDA0", Description: "NVIDIA H200", Backend: "CUDA", MemoryBytes: 50}
	for _, tt := range []struct {
		backend string
		devices []Device
		want    string
		err     error
	}{
		{BackendAuto, nil, "", nil},
		{BackendAuto, []Device{llvm}, "", nil},
		{BackendAuto, []Device{llvm, igpu}, "Vulkan0", nil},
		{BackendAuto, []Device{igpu, h200, llvm}, "CUDA0", nil},
		{BackendCPU, []Device{igpu, h200}, "", nil},
		{BackendVulkan, []Device{h200}, "", ErrNoDevice},
		{BackendVulkan, []Device{llvm, h200}, "Vulkan1", nil},
		{BackendVulkan, []Device{llvm, igpu, h200}, "Vulkan0", nil},
		{BackendCUDA, []Device{igpu, h200}, "CUDA0", nil},
		{BackendCUDA, nil, "", ErrNoDevice},
	} {
		got, err := Choose(tt.backend, tt.devices)
		name := ""
		if got != nil {
			name = got.Name
		}
		if name != tt.want || !errors.Is(err, tt.err) || err != nil && models.Hint(err) == "" {
			t.Errorf("%s of %v: %q, %v", tt.backend, tt.devices, name, err)
		}
	}
}

// What a child prints is the list; a child that fails, crashes, prints something else or too much gives an error.
func TestDevicesAreListedByAChild(t *testing.T) {
	shell := func(script string) Command { return Command{"/bin/sh", []string{"sh", "-c", script}} }
	list, err := Devices(t.Context(), shell(`echo '[{"Name":"Vulkan0","Description":"Card","Backend":"Vulkan","MemoryBytes":7}]'`))
	if err != nil || !slices.Equal(list, []Device{{"Vulkan0", "Card", "Vulkan", 7}}) {
		t.Errorf("%v, %v", list, err)
	}
	if list, err = Devices(t.Context(), shell("echo null")); err != nil || list != nil {
		t.Errorf("none: %v, %v", list, err)
	}
	for _, script := range []string{"exit 3", "kill -SEGV $$", "echo Vulkan0", "yes", "echo '[]'; exit 1"} {
		if list, err := Devices(t.Context(), shell(script)); err == nil {
			t.Errorf("%s: %v", script, list)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if list, err := Devices(ctx, shell("exec sleep 60")); err == nil {
		t.Errorf("a driver that hangs: %v", list)
	}
}
