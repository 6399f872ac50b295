package events

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// writeWithin limits one write to a watcher; a browser that takes longer is disconnected and resumes.
const writeWithin = 10 * time.Second

// Message is one server-sent event without its id.
type Message struct {
	Event string // "" is the default type
	Data  string
}

// eventWriter collects server-sent events and sends them with a deadline.
type eventWriter struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	hub *Hub
	buf bytes.Buffer
}

// send writes one Message. Each line of the data gets its own field, so that what people said can't create fields.
func (o *eventWriter) send(id Cursor, m Message) {
	if m == (Message{}) {
		return
	}
	fmt.Fprintf(&o.buf, "id: %s\n", o.hub.Text(id))
	if m.Event != "" {
		fmt.Fprintf(&o.buf, "event: %s\n", m.Event)
	}
	for line := range strings.SplitSeq(lineEnds.Replace(m.Data), "\n") {
		fmt.Fprintf(&o.buf, "data: %s\n", line)
	}
	o.buf.WriteByte('\n')
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (o *eventWriter) raw(s string) { o.buf.WriteString(s) }

func (o *eventWriter) flush() error {
	if o.buf.Len() == 0 {
		return nil
	}
	// A writer without deadlines (a test's recorder) is used as it is.
	if err := o.rc.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("event stream deadline: %w", err)
	}
	if _, err := o.w.Write(o.buf.Bytes()); err != nil {
		return fmt.Errorf("event stream: %w", err)
	}
	o.buf.Reset()
	if err := o.rc.Flush(); err != nil {
		return fmt.Errorf("event stream: %w", err)
	}
	return nil
}
