package streamtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"earshot/bot/internal/processtest"
)

// ErrNoSound says that PulseAudio is not there.
var ErrNoSound = errors.New("no PulseAudio here: scripts/deps.sh --tests installs it (Debian's package pulseaudio)")

// SoundAddress is what plays on the device of a sound server.
const SoundAddress = "device://room.monitor"

// SoundSocket returns where a sound server with a folder listens.
func SoundSocket(dir string) string { return filepath.Join(dir, "native") }

// StartSound starts a PulseAudio with a device "room" that plays to nobody. Its folder is also its home.
func StartSound(ctx context.Context, dir string) (kill func(), err error) {
	program, err := exec.LookPath("pulseaudio")
	if err != nil {
		return nil, ErrNoSound
	}
	settings := filepath.Join(dir, "default.pa")
	err = os.WriteFile(settings, fmt.Appendf(nil,
		"load-module module-native-protocol-unix auth-anonymous=1 socket=%s\nload-module module-null-sink sink_name=room rate=48000\n",
		SoundSocket(dir)), 0o600)
	if err != nil {
		return nil, fmt.Errorf("streamtest: %w", err)
	}
	up := func(ctx context.Context) error {
		c, err := (&net.Dialer{}).DialContext(ctx, "unix", SoundSocket(dir))
		if err == nil {
			err = c.Close()
		}
		return err //nolint:wrapcheck // Start does
	}
	env := []string{"HOME=" + dir, "XDG_RUNTIME_DIR=" + dir}
	p, err := processtest.Start(ctx, filepath.Join(dir, "log"), env, up, program, "-n", "-F", settings,
		"--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disallow-exit")
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what it is
	}
	return p.Kill, nil
}
