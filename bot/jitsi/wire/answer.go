package wire

import (
	"encoding/json"
	"fmt"
	"time"
)

// Pong returns the answer to a ping.
func Pong(id []byte) []byte { return fmt.Appendf(nil, `{"event":"pong","id":%s}`, id) }

// Result is a line to show as a subtitle.
type Result struct {
	// Line identifies the line: a later result with the same Line replaces it.
	Line string
	// ID and Name identify the speaker.
	ID, Name string
	Text     string
	// Interim says that the text is preliminary and that another result for the line follows.
	Interim bool
	// Language is an ISO 639-1 code. Without one, browsers fail.
	Language string
	At       time.Time
}

type resultText struct {
	Text string `json:"text"`
}

type resultSpeaker struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Append returns the result as JSON. The bridge distinguishes messages by event, and browsers by type.
func (r Result) Append() ([]byte, error) {
	const kind = "transcription-result"
	b, err := json.Marshal(struct {
		Event    string        `json:"event"`
		Type     string        `json:"type"`
		Line     string        `json:"message_id"`
		Speaker  resultSpeaker `json:"participant"`
		Text     []resultText  `json:"transcript"`
		Interim  bool          `json:"is_interim"`
		Language string        `json:"language"`
		At       int64         `json:"timestamp"`
	}{kind, kind, r.Line, resultSpeaker{r.ID, r.Name}, []resultText{{r.Text}}, r.Interim, r.Language, r.At.UnixMilli()})
	if err != nil {
		return nil, fmt.Errorf("jitsi: a subtitle: %w", err)
	}
	return b, nil
}
