//go:build !linux

package recording

import (
	"fmt"
	"os"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Confine becomes ffmpeg; this system has no way to confine it.
func Confine(ffmpeg, input string) error {
	return fmt.Errorf("ffmpeg: %w", syscall.Exec(ffmpeg, ffmpegWords(input), os.Environ()))
}
