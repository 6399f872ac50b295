package events

import (
	"fmt"
	"strings"

	"earshot/models"
)

// Cursor is a position in a hub's sequence of events: after event Seq of the hub with that name. The zero Cursor means "from now
// on".
type Cursor struct {
	Hub string
	Seq uint64
}

// cursorText encodes and decodes the cursors of a hub.
type cursorText struct {
	id    string
	blind models.Blind // hides the numbers
}

// Text encodes a cursor as the id of server-sent events, so that a browser resumes where it was cut off: "" for the zero Cursor. The
// hub's name distinguishes cursors from before a restart; the number is encrypted, since it counts events in rooms that the reader
// may not see.
func (t cursorText) Text(c Cursor) string {
	if c.Hub == "" {
		return ""
	}
	return c.Hub + "-" + t.blind.Text(c.Seq)
}

// Parse decodes what Text returned. Empty text is the zero Cursor; of another hub's cursor only the hub is known.
func (t cursorText) Parse(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	name, number, ok := strings.Cut(text, "-")
	if !ok || name == "" || len(text) > 64 {
		return Cursor{}, fmt.Errorf("event cursor of %d bytes: want name-number", len(text))
	}
	if name != t.id {
		return Cursor{Hub: name}, nil
	}
	n, ok := t.blind.Number(number)
	if !ok {
		return Cursor{}, fmt.Errorf("event cursor of %d bytes: the number is not one", len(text))
	}
	return Cursor{Hub: name, Seq: n}, nil
}
