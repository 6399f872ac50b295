//go:build !linux

package ffmpeg

import (
	"os"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// become executes the program; this system has no way to confine it.
func (j Job) become(ffmpeg string) error {
	return syscall.Exec(ffmpeg, append([]string{"ffmpeg"}, j.Words...), os.Environ())
}
