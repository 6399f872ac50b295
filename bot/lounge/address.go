package lounge

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"earshot/models"
)

// ParseURL splits the address of a room in a lounge into the server's base address and the room.
func ParseURL(raw string) (base, room string, err error) {
	const hint = "write lounge://host:port/room, for instance lounge://127.0.0.1:8485/lounge"
	u, err := url.Parse(raw)
	if err != nil {
		return "", "", models.WithHint(errors.New("the room's URL cannot be read"), hint)
	}
	scheme := map[string]string{"lounge": "http", "lounge+http": "http", "lounge+https": "https"}[u.Scheme]
	room = strings.Trim(u.Path, "/")
	if scheme == "" || u.Host == "" || !ValidRoom(room) || u.User != nil {
		return "", "", models.WithHint(fmt.Errorf("%.100q is not the address of a room in a lounge", u.Redacted()), hint)
	}
	return scheme + "://" + u.Host, room, nil
}

var roomPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// ValidRoom reports whether a name can be a room: 1 to 64 lower-case letters, digits, dots, dashes, underscores.
func ValidRoom(name string) bool { return roomPattern.MatchString(name) }
