package events

import (
	"fmt"
	"strings"

	"earshot/models"
)

// Cursor is a place in a hub's order of events: after event Seq of the hub with that name. The zero Cursor means "from
// now on".
type Cursor struct {
	Hub string
	Seq uint64
}

// cursorText writes and reads the cursors of a hub.
type cursorText struct {
	id    string
	blind models.Blind // hides the numbers
}

// Text is a cursor as it travels as the id of server-sent events, so that a browser resumes where its line was cut: "" for
// the zero Cursor. The hub's name keeps a cursor from before a restart from being taken for one of this run; the number is
// hidden, since it counts what happens in rooms that the reader may not see.
func (t cursorText) Text(c Cursor) string {
	if c.Hub == "" {
		return ""
	}
	return c.Hub + "-" + t.blind.Text(c.Seq)
}

// Parse reads what Text wrote. Empty text is the zero Cursor; of a cursor of another hub only the hub is known.
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
