package stream

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

var (
	errOver    = errors.New("the sound is over")
	errSilent  = errors.New("no sound has come for too long")
	errStale   = errors.New("its playlist has had nothing new since it was last heard: its encoder has stopped")
	errEmpty   = errors.New("its playlist has no segments")
	errNothing = errors.New("it sends data, but no audio")
	errKey     = errors.New("somebody published under another name or key")
	errFiles   = errors.New("its playlist names files, or addresses that are not http or https")
)

// statusError is the HTTP status of a failed request.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("its server answers %d %s", int(e), http.StatusText(int(e)))
}

// said is the last message of ffmpeg.
type said struct {
	words string
	err   error
}

func (s said) Error() string {
	if s.words == "" {
		return fmt.Sprintf("ffmpeg ended: %v", s.err)
	}
	words := s.words
	for _, ours := range []string{"pipe:0: ", gatewayStart + ": "} { // names that only this package gives
		words = strings.TrimPrefix(words, ours)
	}
	return "ffmpeg says: " + strings.ReplaceAll(words, "http://"+secure, "https://")
}

func (s said) Unwrap() error { return s.err }

// fault describes something that can go wrong: the sign of it in ffmpeg's output, what it means for a stay, and what to do about it.
type fault struct {
	sign   string
	reason models.EndReason
	retry  bool
	hint   string
}

// faults are tried in this order.
var faults = []fault{
	{"401 Unauthorized", models.EndFailedAuth, false, hintPassword}, //nolint:misspell // as ffmpeg says it
	{"403 Forbidden", models.EndFailedAuth, false, hintPassword},
	{"404 Not Found", models.EndRoomClosed, true, hintPath},
	{"Address already in use", models.EndFailedServer, false, "another program listens on this port: choose another one"},
	{
		"Cannot assign requested address", models.EndFailedServer, false,
		"leave the host out to listen on all addresses: rtmp+listen://:1935/live/key",
	},
	{"Permission denied", models.EndFailedServer, false, "let the user that Earshot runs as read it, or listen at a port above 1023"},
	{"matches no streams", models.EndDenied, false, "there is no audio in it: name a stream or a file with audio"},
	{"does not contain any stream", models.EndDenied, false, "there is no audio in it: name a stream or a file with audio"},
	{"not on whitelist", models.EndDenied, false, "the stream leads to another protocol: name the address that it leads to"},
	{"Invalid data found", models.EndDenied, false, hintMedia},
	{"Protocol not found", models.EndFailedServer, false, "this ffmpeg does not support it: install the distribution's ffmpeg, which does"},
	{"Unknown input format", models.EndFailedServer, false, "this ffmpeg does not support it: install the distribution's ffmpeg, which does"},
	{"Connection refused", models.EndFailedServer, true, "start its server, or correct the address"},
	{"No such file", models.EndDenied, false, "name an existing file"},
	{"Cannot allocate memory", models.EndFailedServer, true, "it needs more memory than ffmpeg is allowed"},
}

const (
	hintPassword = "set EARSHOT_STREAM_PASSWORD, or name a password_file for it under servers"
	hintPath     = "correct the path, or wait until somebody sends there"
	hintMedia    = "name a stream or a file with audio: ffmpeg can't read this one"
	hintLater    = "check whether its server is sending; Earshot tries again"
	hintOther    = "check whether somebody is sending there, and the address: its kind, host and port; Earshot tries again"
)

// reason returns the error that ends the stay because of err, without secrets.
func (s source) reason(err error) error {
	end := func(reason models.EndReason, retry bool, hint string) error {
		err = models.WithHint(errors.New("stream: "+s.redact(err.Error())), hint)
		if retry {
			return bot.Retry(reason, err)
		}
		return bot.End(reason, err)
	}
	var status statusError
	switch {
	case errors.Is(err, errOver) && s.Kind == models.RoomFile:
		return end(models.EndRoomClosed, false, "earshot sessions show last")
	case errors.Is(err, errOver) && s.Kind == models.RoomDevice:
		return end(models.EndFailedServer, true, hintSound)
	case errors.Is(err, errOver), errors.Is(err, errStale):
		return end(models.EndRoomClosed, true, hintLater)
	case errors.Is(err, errEmpty):
		return end(models.EndFailedServer, true, hintLater)
	case errors.Is(err, errNothing):
		return end(models.EndDenied, false, hintMedia)
	case errors.Is(err, errFiles):
		return end(models.EndDenied, false, "its segments must be named by https:// or by paths: ask the publisher of the playlist")
	case errors.Is(err, errKey):
		return end(models.EndFailedServer, true, "give them the address that the bot was given, with the key")
	case errors.Is(err, peer.ErrOutOfReach):
		return end(models.EndDenied, false, models.Hint(err))
	case errors.As(err, &status):
		return end(ofStatus(int(status)))
	}
	var last said
	if errors.As(err, &last) {
		if s.Kind == models.RoomDevice && noSoundServer(last.words) {
			return end(models.EndFailedServer, true, hintSound)
		}
		for _, f := range faults {
			if strings.Contains(last.words, f.sign) {
				return end(f.reason, f.retry, f.hint)
			}
		}
		switch s.Kind {
		case models.RoomDevice:
			return end(models.EndDenied, false, `"earshot devices" lists the devices; write the name exactly as listed`)
		case models.RoomFile:
			return end(models.EndDenied, false, hintMedia)
		default:
			return end(models.EndFailedServer, true, hintOther)
		}
	}
	return end(models.EndFailedServer, true, cmp.Or(models.Hint(err), hintLater))
}

// ofStatus returns what an HTTP status means for a stay.
func ofStatus(status int) (models.EndReason, bool, string) {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return models.EndFailedAuth, false, hintPassword
	case status == http.StatusNotFound, status == http.StatusGone:
		return models.EndRoomClosed, true, hintPath
	case status >= 500, status == http.StatusTooManyRequests:
		return models.EndFailedServer, true, hintLater
	}
	return models.EndDenied, false, "correct the address: its server has no stream there"
}

// noSoundServer reports whether ffmpeg's output says that its PulseAudio client could not connect.
func noSoundServer(words string) bool {
	return slices.ContainsFunc(
		[]string{"No such process", "external library", "secure directory", "Connection refused"},
		func(sign string) bool { return strings.Contains(words, sign) },
	)
}

// telling reports whether a line of ffmpeg's output says what is wrong.
func telling(line string) bool {
	return slices.ContainsFunc(faults, func(f fault) bool { return strings.Contains(line, f.sign) })
}

var (
	userinfo = regexp.MustCompile(`//[^/@\s]*@`)
	query    = regexp.MustCompile(`\?[^\s'"]*`)
)

// redact removes from a text any parts of an address that may be secret.
func (s source) redact(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return query.ReplaceAllString(userinfo.ReplaceAllString(text, "//…@"), "?…")
}
