package review

import (
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a place in a hub's order of events: after event Seq of the hub with that name. The zero Cursor means "from
// now on". Its text travels as the id of server-sent events, so that a browser resumes where its line was cut; the hub's
// name keeps a cursor from before a restart from being taken for one of this run.
type Cursor struct {
	Hub string
	Seq uint64
}

// String is the cursor as text: "k3v9qz0a-17", or "" for the zero Cursor.
func (c Cursor) String() string {
	if c.Hub == "" {
		return ""
	}
	return c.Hub + "-" + strconv.FormatUint(c.Seq, 10)
}

// ParseCursor reads what String wrote. Empty text is the zero Cursor.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	hub, seq, ok := strings.Cut(s, "-")
	if !ok || hub == "" || len(s) > 64 {
		return Cursor{}, fmt.Errorf("event cursor of %d bytes: want name-number", len(s))
	}
	n, err := strconv.ParseUint(seq, 10, 64)
	if err != nil {
		return Cursor{}, fmt.Errorf("event cursor of %d bytes: the number is not one", len(s))
	}
	return Cursor{Hub: hub, Seq: n}, nil
}
