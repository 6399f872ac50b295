package stream

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"earshot/models"
)

// source is a parsed address.
type source struct {
	models.Address
	// url is the URL of the sound, including secrets, as the HTTP client takes it or ffmpeg reads it from its standard input.
	url string
	// auth is the user and password for HTTP; nil: none.
	auth *url.Userinfo
	// passphrase is the passphrase for SRT.
	passphrase string
	listening  bool
	// name is the speaker's default name, and shown the address; neither contains secrets. path is the path of a file or the name of a device.
	name, shown, path string
	secrets           []string
}

const (
	// secure marks the hosts that must be contacted by HTTPS in what ffmpeg sees: ffmpeg uses only HTTP, and only with the gateway. No real
	// host name contains it.
	secure = "_tls."
	// gatewayStart is what ffmpeg requests first; the gateway redirects it to the stream's own URL.
	gatewayStart = "http://" + startHost + "/live.m3u8"
	startHost    = "_start"
)

var errAddress = errors.New("the address is no stream, file or device that Earshot can hear")

// parse parses an address. Its errors contain no secrets.
func parse(raw, password string) (s source, err error) {
	if s.Address, err = models.ParseAddress(raw); err != nil {
		return s, err
	}
	if s.Kind == models.RoomDevice {
		name, _ := url.PathUnescape(strings.TrimPrefix(raw, "device://")) // it was read
		s.path, s.name, s.shown = strings.TrimPrefix(name, "/"), name, s.ID()
		return s, nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return s, errAddress
	}
	s.listening = s.Listening
	scheme, _, _ := strings.Cut(u.Scheme, "+listen")
	u.Scheme = strings.TrimPrefix(strings.TrimPrefix(scheme, "hls+"), "icecast+")
	u.Fragment = ""
	shown := *u
	shown.RawQuery = ""
	s.name, s.shown = strings.TrimSuffix(shown.Host+shown.Path, "/"), shown.String()
	if u.RawQuery != "" {
		s.secrets = append(s.secrets, u.RawQuery)
	}
	if password != "" {
		s.secrets = append(s.secrets, password)
	}
	return s, s.complete(u, password)
}

// complete builds the URL with which the sound is opened.
func (s *source) complete(u *url.URL, password string) error {
	user, word, both := strings.Cut(password, ":")
	switch s.Kind {
	case models.RoomHLS, models.RoomIcecast:
		if password != "" {
			s.auth = url.UserPassword(user, word)
		}
	case models.RoomFile:
		s.path, s.name = u.Path, path.Base(u.Path)
	case models.RoomSRT:
		mode := "caller"
		if s.listening {
			mode = "listener"
		}
		q := u.Query()
		u.RawQuery, u.Path = url.Values{"mode": {mode}, "streamid": q["streamid"]}.Encode(), ""
		s.passphrase = password
		if n := len(password); n > 0 && (n < 10 || n > 79) {
			return models.WithHint(errors.New("a passphrase of SRT has 10 to 79 characters"), "see EARSHOT_STREAM_PASSWORD")
		}
	case models.RoomRTMP, models.RoomRTSP:
		switch {
		case password == "":
		case s.listening && s.Kind == models.RoomRTMP:
			u.Path = strings.TrimSuffix(u.Path, "/") + "/" + password
		case s.listening:
			return models.WithHint(errors.New("ffmpeg can't ask for a password when somebody publishes by RTSP"), "use srt+listen or rtmp+listen")
		case !both:
			return models.WithHint(errors.New("the password has no user"), "EARSHOT_STREAM_PASSWORD is user:password")
		default:
			u.User = url.UserPassword(user, word)
		}
	}
	if s.listening && u.Hostname() == "" {
		u.Host = net.JoinHostPort("0.0.0.0", fmt.Sprint(s.Port))
	}
	if s.url = u.String(); strings.ContainsAny(s.url, "\n\r") {
		return errAddress
	}
	return nil
}

// hidden reports whether the bot would hear people who can't see it listen and who did not send their sound to it.
func (s source) hidden() bool { return !s.listening && s.Kind != models.RoomFile }

// guarded reports whether the gateway makes all its connections, within the allowed reach, and ffmpeg makes none.
func (s source) guarded() bool { return s.Kind == models.RoomHLS || s.Kind == models.RoomIcecast }

// paced reports whether its sound arrives in segments, or as fast as it is read, so that it must be slowed to real time.
func (s source) paced() bool { return s.Kind == models.RoomHLS || s.Kind == models.RoomFile }
