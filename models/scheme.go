package models

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// scheme is the meaning of an address's scheme: the kind of room, and its encryption: "s", "plain", or "" for encrypted except on this
// machine.
type scheme struct {
	kind RoomKind
	mode string
}

var schemes = map[string]scheme{
	"lounge":        {RoomLounge, "plain"},
	"lounge+http":   {RoomLounge, "plain"},
	"lounge+https":  {RoomLounge, "s"},
	"livekit":       {RoomLiveKit, ""},
	"livekit+ws":    {RoomLiveKit, "plain"},
	"livekit+wss":   {RoomLiveKit, "s"},
	"janus+ws":      {RoomJanus, "plain"},
	"janus+wss":     {RoomJanus, "s"},
	"whep+http":     {RoomWHEP, "plain"},
	"whep+https":    {RoomWHEP, "s"},
	"mumble":        {RoomMumble, "s"},
	"jitsi":         {RoomJitsi, "s"},
	"hls+http":      {RoomHLS, "plain"},
	"hls+https":     {RoomHLS, "s"},
	"icecast+http":  {RoomIcecast, "plain"},
	"icecast+https": {RoomIcecast, "s"},
	"rtmp":          {RoomRTMP, "plain"},
	"rtmp+listen":   {RoomRTMP, "plain"},
	"rtsp":          {RoomRTSP, "plain"},
	"rtsp+listen":   {RoomRTSP, "plain"},
	"srt":           {RoomSRT, "plain"},
	"srt+listen":    {RoomSRT, "plain"},
	"file":          {RoomFile, "plain"},
}

// closed are the schemes and hosts of platforms that bots can't join.
var closed = []string{
	"zoom", "zoommtg", "zoom.us", "msteams", "teams.microsoft.com", "teams.live.com", "meet.google.com", "discord",
	"discord.com", "discord.gg", "clubhouse.com", "x.com", "twitter.com",
}

// unknownKind is the error of an address that names no kind of room.
func unknownKind(raw string, u *url.URL) error {
	if u.Scheme == "" && u.Host == "" && !strings.ContainsAny(raw, "/@?") { // a name, which holds no secret
		return WithHint(fmt.Errorf("%.100q is not the address of a room", raw), Address{}.hint())
	}
	if u.Scheme == "" {
		return WithHint(fmt.Errorf("%.100q does not begin with the kind of room", withoutSecrets(u)), Address{}.hint())
	}
	return WithHint(fmt.Errorf("%.100q: %q is not a kind of room that Earshot supports", withoutSecrets(u), u.Scheme), schemeHint(u))
}

// schemeHint says what to write instead of a scheme that is unknown.
func schemeHint(u *url.URL) string {
	if name, page := strings.CutPrefix(u.Path, "/room/"); page && (u.Scheme == "http" || u.Scheme == "https") {
		lounge := url.URL{Scheme: "lounge", Host: u.Host, Path: "/" + name}
		if u.Scheme == "https" {
			lounge.Scheme = "lounge+https"
		}
		return "a lounge's page is at that address; the room's address is " + lounge.String()
	}
	isClosed := func(platform string) bool {
		return u.Scheme == platform || u.Hostname() == platform || strings.HasSuffix(u.Hostname(), "."+platform)
	}
	near := nearSchemes(u.Scheme)
	switch {
	case slices.ContainsFunc(closed, isClosed):
		return "Earshot can't join such rooms, but it can transcribe their sound as a stream or from this machine's output (device://)"
	case u.Scheme == "http" || u.Scheme == "https":
		return "say what is at that address: " + alternatives(append(near, "livekit://", "jitsi://"))
	case len(near) > 0:
		return "did you mean " + alternatives(near) + "?"
	}
	return Address{}.hint()
}

// nearSchemes returns the schemes that a word was most likely meant to be, sorted: those with the word as one of their two parts, or else
// those that differ in one letter.
func nearSchemes(word string) (near []string) {
	all := slices.Sorted(maps.Keys(schemes))
	for _, s := range all {
		if slices.Contains(strings.Split(s, "+"), word) {
			near = append(near, s+"://")
		}
	}
	for _, s := range all {
		if len(near) == 0 && oneEdit(word, s) {
			return []string{s + "://"}
		}
	}
	return near
}

// oneEdit reports whether two words differ by one letter that is missing, superfluous or different, or by two neighbours that are swapped.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	if len(a) < len(b) {
		return a == b[1:]
	}
	swapped := len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:]
	return a != "" && a[1:] == b[1:] || swapped
}

// alternatives lists words for people: "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
