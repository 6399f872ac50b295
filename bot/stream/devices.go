package stream

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"earshot/bot/ffmpeg"
	"earshot/models"
)

// Device is a device that this machine plays to or records from.
type Device struct {
	// Address is the address to join.
	Address string `json:"address"`
	// Title is the name that people know it by.
	Title string `json:"title"`
	// Plays says that the device is a monitor, which captures what another device plays; otherwise it records.
	Plays   bool `json:"plays"`
	Default bool `json:"default"`
}

const (
	// listWithin limits how long a sound server may take to list its devices.
	listWithin = 10 * time.Second
	// mostDevices limits the size of a list, in bytes.
	mostDevices = 1 << 20
)

// deviceLine matches a line of ffmpeg's list: "* alsa_output.hdmi.monitor [Monitor of HDMI] (none)".
var deviceLine = regexp.MustCompile(`^([* ]) (\S+) \[(.*)\] \([^()]*\)$`)

// Devices returns the devices of this user's sound server, PulseAudio or PipeWire.
func Devices(ctx context.Context, l *ffmpeg.Launcher) ([]Device, error) {
	if l == nil {
		return nil, errNoFFmpeg
	}
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	j := ffmpeg.Job{Words: []string{"-hide_banner", "-loglevel", "error", "-sources", "pulse"}, Seconds: cpuSeconds, Scratch: true}
	j.Sockets, j.Files = soundServer()
	p, err := l.Start(ctx, j, nil, deviceEnvironment(), nil)
	if err != nil {
		return nil, err
	}
	found, failed := readDevices(io.LimitReader(p.Out, mostDevices))
	words, err := p.Wait()
	switch {
	case err != nil || words != "":
		return nil, models.WithHint(fmt.Errorf("list the sound devices: %w", said{words, err}), hintSound)
	case failed:
		return nil, models.WithHint(errors.New("list the sound devices: no sound server answers"), hintSound)
	}
	return found, nil
}

const hintSound = "start PulseAudio or PipeWire for the user that Earshot runs as"

// readDevices parses ffmpeg's list. failed means that ffmpeg could not list the devices.
func readDevices(r io.Reader) (out []Device, failed bool) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "Cannot list") {
			return nil, true
		}
		if m := deviceLine.FindStringSubmatch(lines.Text()); m != nil {
			out = append(out, Device{
				Address: "device://" + url.PathEscape(m[2]), Title: m[3], Plays: strings.HasSuffix(m[2], ".monitor"), Default: m[1] == "*",
			})
		}
	}
	return out, lines.Err() != nil
}
