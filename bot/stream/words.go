package stream

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"earshot/bot/ffmpeg"
	"earshot/models"
)

// cpuSeconds limits the processor time of one ffmpeg: enough for weeks of sound.
const cpuSeconds = 24 * 3600

// sampleRate is the sample rate of ffmpeg's output, in Hz.
const sampleRate = 48000

// job returns what ffmpeg has to do. script is what it reads from its standard input; it contains the address, which is secret, while
// everybody on the machine can read arguments. gateway is the port of the gateway for an HLS stream.
func (s source) job(gateway uint16) (j ffmpeg.Job, script string) {
	j.Seconds = cpuSeconds
	filter := "anull"
	var input []string
	switch s.Kind {
	case models.RoomIcecast: // the gateway writes the sound to ffmpeg's standard input
		input = []string{"-protocol_whitelist", "pipe", "-fflags", "nobuffer", "-i", "pipe:0"}
	case models.RoomFile:
		j.Files = []string{s.path}
		input = []string{"-protocol_whitelist", "file", "-i", "file:" + s.path}
		filter = "aresample=async=1" // fills holes in the recording's timestamps with silence
	case models.RoomDevice:
		j.Scratch = true
		j.Sockets, j.Files = soundServer()
		input = []string{"-f", "pulse", "-fragment_size", "3840", "-i", s.path}
	default:
		var protocols string
		script, protocols = s.script()
		if s.Kind == models.RoomHLS {
			j.Connect = []uint16{gateway}
		} else if s.listening {
			j.Listen = []uint16{s.Port}
		} else {
			j.Connect = []uint16{s.Port}
		}
		input = []string{"-f", "concat", "-safe", "0", "-protocol_whitelist", "pipe," + protocols, "-i", "pipe:0"}
	}
	j.Words = append([]string{"-nostdin", "-hide_banner", "-loglevel", "warning"}, input...)
	j.Words = append(j.Words, "-map", "0:a:0", "-vn", "-sn", "-dn", "-af", filter, "-ac", "1", "-ar", fmt.Sprint(sampleRate),
		"-f", "s16le", "-flush_packets", "1", "pipe:1")
	return j, script
}

// script returns a list with a single URL for ffmpeg's concat demuxer, and the protocols that ffmpeg may use for it.
func (s source) script() (script, protocols string) {
	url, options := s.url, []string{"fflags nobuffer"}
	switch s.Kind {
	case models.RoomHLS: // whatever its segments are called; unlike a program's arguments, a list may have options that older ffmpegs lack
		protocols = "http,tcp,crypto"
		url, options = gatewayStart, []string{"allowed_extensions ALL", "extension_picky 0", "live_start_index -1"}
	case models.RoomRTMP:
		protocols = "rtmp,tcp"
		options = append(options, "probesize 32", "analyzeduration 0")
		if s.listening {
			options = append(options, "listen 1")
		}
	case models.RoomRTSP:
		protocols = "rtsp,rtp,tcp"
		if s.listening {
			options = append(options, "rtsp_flags listen")
		} else {
			options = append(options, "rtsp_transport tcp")
		}
	default:
		protocols = "srt,udp"
		if s.passphrase != "" {
			options = append(options, "passphrase "+quoted(s.passphrase))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "ffconcat version 1.0\nfile %s\n", quoted(url))
	for _, o := range options {
		fmt.Fprintf(&b, "option %s\n", o)
	}
	return b.String(), protocols
}

// quoted quotes a word for ffmpeg's lists.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// deviceVariables hold the location of a sound server and this user's credentials for it.
var deviceVariables = []string{"HOME", "XDG_RUNTIME_DIR", "PULSE_SERVER", "PULSE_COOKIE", "PULSE_RUNTIME_PATH"}

// deviceEnvironment returns the part of the environment that a client of a sound server needs.
func deviceEnvironment() (out []string) {
	for _, name := range deviceVariables {
		if value, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+value)
		}
	}
	return out
}

// soundServer returns what a client of PulseAudio, or of PipeWire in its place, opens.
func soundServer() (sockets, files []string) {
	run, home := os.Getenv("XDG_RUNTIME_DIR"), os.Getenv("HOME")
	if run == "" {
		run = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	sockets = []string{filepath.Join(run, "pulse", "native"), "/run/pulse/native"}
	if server, local := strings.CutPrefix(os.Getenv("PULSE_SERVER"), "unix:"); local {
		sockets = append(sockets, server)
	}
	files = []string{"/etc/pulse", "/etc/machine-id", "/etc/passwd", "/etc/nsswitch.conf", "/etc/localtime", "/dev/shm", "/run/pulse"}
	for _, name := range []string{filepath.Join(home, ".config", "pulse"), filepath.Join(home, ".pulse-cookie"), os.Getenv("PULSE_COOKIE")} {
		if filepath.IsAbs(name) {
			files = append(files, name)
		}
	}
	return sockets, append(files, filepath.Join(run, "pulse"))
}
