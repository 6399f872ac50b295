package configs

import (
	"regexp"
	"strings"

	"earshot/models"
)

// roomFields are the keys of a room.
func roomFields() []setting {
	return []setting{
		{"url", roomAddress()},
		{"name", line(100)},
		{"profile", matching(`^[a-z0-9][a-z0-9_-]{0,62}$`, "the name of a profile")},
		{"schedule", schedule()},
		{"calendar", calendar()},
		{"time_zone", timeZone()},
	}
}

func roomAddress() kind {
	return kind{
		want: "the address of a room that Earshot knows, like lounge://127.0.0.1:8484/lounge or livekit://rooms.example/open-mic, without " +
			"user and password",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			_, err := models.ParseAddress(s)
			return s, ok && err == nil
		},
		same: func(s string) string {
			at, _ := models.ParseAddress(s) // it was read
			return at.ID()
		},
	}
}

// calendar is an https address, which stays as it is, or a path.
func calendar() kind {
	remote := regexp.MustCompile(`^https://[^\s/?#@]+(/\S*)?$`)
	return kind{
		want: "an address like https://calendar.example/room.ics, or the path of a file",
		path: true,
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			switch {
			case strings.Contains(s, "://"):
				return s, ok && remote.MatchString(s)
			default:
				return s, ok && s != "" && !strings.ContainsRune(s, 0)
			}
		},
	}
}
