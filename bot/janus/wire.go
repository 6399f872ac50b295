package janus

import (
	"encoding/json"
	"errors"
	"fmt"

	"earshot/bot"
	"earshot/models"
)

// message is anything that the server sends. Only the fields in use are decoded.
type message struct {
	Janus       string `json:"janus"`
	Transaction string `json:"transaction"`
	Session     uint64 `json:"session_id"`
	Sender      uint64 `json:"sender"`
	Data        struct{ ID uint64 }
	Error       *coreError                     `json:"error"`
	Plugin      struct{ Data json.RawMessage } `json:"plugindata"`
	JSEP        *jsep                          `json:"jsep"`
	Candidate   json.RawMessage                `json:"candidate"`
	Reason      string                         `json:"reason"`
}

// coreError is an error of the Janus core; plugins report theirs inside a success or an event.
type coreError struct {
	Code   int    `json:"code"`
	Reason string `json:"reason"`
}

// jsep is a session description.
type jsep struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

// candidate is a trickled ICE candidate of the server.
type candidate struct {
	Candidate string  `json:"candidate"`
	Mid       *string `json:"sdpMid"`
	Line      *uint16 `json:"sdpMLineIndex"`
	Completed bool    `json:"completed"`
}

// publisher is somebody who sends, in lists of either plugin.
type publisher struct {
	ID      json.RawMessage `json:"id"`
	Display string          `json:"display"`
	Muted   bool            `json:"muted"` // AudioBridge
	Talking bool            `json:"talking"`
	// Publishes is set in the participant list of a VideoRoom.
	Publishes bool   `json:"publisher"`
	Streams   []sent `json:"streams"`
}

// sent is one stream of a publisher.
type sent struct {
	Type      string `json:"type"`
	Mid       string `json:"mid"`
	Disabled  bool   `json:"disabled"`
	Moderated bool   `json:"moderated"`
	Talking   bool   `json:"talking"`
}

// stream is one media section of a subscription.
type stream struct {
	Mid         string          `json:"mid"`
	Type        string          `json:"type"`
	Active      bool            `json:"active"`
	FeedID      json.RawMessage `json:"feed_id"`
	FeedMid     string          `json:"feed_mid"`
	FeedDisplay string          `json:"feed_display"`
}

// event is what a plugin says.
type event struct {
	VideoRoom    string          `json:"videoroom"`
	AudioBridge  string          `json:"audiobridge"`
	ErrorCode    int             `json:"error_code"`
	Error        string          `json:"error"`
	ID           json.RawMessage `json:"id"`
	PrivateID    json.RawMessage `json:"private_id"`
	Publishers   []publisher     `json:"publishers"`
	Participants []publisher     `json:"participants"`
	Streams      []stream        `json:"streams"`
	Unpublished  json.RawMessage `json:"unpublished"`
	Leaving      json.RawMessage `json:"leaving"`
	Kicked       json.RawMessage `json:"kicked"`
	Reason       string          `json:"reason"`
	Moderation   string          `json:"moderation"`
	Mid          string          `json:"mid"`
	Allowed      []string        `json:"allowed"`
}

func (m message) event() (event, error) {
	var e event
	if len(m.Plugin.Data) == 0 {
		return e, nil
	}
	if err := json.Unmarshal(m.Plugin.Data, &e); err != nil {
		return e, fmt.Errorf("janus: an event cannot be read: %w", err)
	}
	return e, nil
}

// serverError is an error response of the Janus core or of a plugin.
type serverError struct {
	code   int
	plugin bool
}

// Error gives the code and never the server's text.
func (e *serverError) Error() string {
	if e.plugin {
		return fmt.Sprintf("the room refused (error %d)", e.code)
	}
	return fmt.Sprintf("the server refused (error %d)", e.code)
}

// Error codes with a meaning of their own here. VideoRoom and AudioBridge number theirs separately.
const (
	coreUnauthorized = 403
	roomNoSuch       = 426
	roomNoFeed       = 428
	roomMissing      = 429 // a required value is missing: on join, the PIN
	roomUnauthorized = 433
	bridgeMissing    = 483
	bridgeNoRoom     = 485
	bridgeNoUser     = 492
	bridgeUnauth     = 489
)

// failure extracts the error of either layer from an answer.
func (m message) failure() error {
	if m.Error != nil {
		return &serverError{code: m.Error.Code}
	}
	e, err := m.event()
	if err == nil && e.ErrorCode != 0 {
		err = &serverError{code: e.ErrorCode, plugin: true}
	}
	return err
}

// refused turns an error on join into how the stay ends.
func refused(err error) error {
	var s *serverError
	if !errors.As(err, &s) {
		return err
	}
	err = fmt.Errorf("janus: %w", err)
	switch {
	case s.is(false, coreUnauthorized):
		return models.WithHint(
			bot.End(models.EndFailedAuth, err),
			"this server wants an API secret or token: set EARSHOT_JANUS_APISECRET or EARSHOT_JANUS_TOKEN",
		)
	case s.is(true, roomUnauthorized, bridgeUnauth, roomMissing, bridgeMissing):
		return models.WithHint(
			bot.End(models.EndFailedAuth, err),
			"this room wants a PIN, or a token that it allows: set EARSHOT_JANUS_PIN or EARSHOT_JANUS_ROOM_TOKEN",
		)
	case s.is(true, roomNoSuch, bridgeNoRoom):
		return models.WithHint(bot.End(models.EndDenied, err), "the server has no such room: check the number or name at the end of the URL")
	default:
		return bot.Retry(models.EndFailedServer, err)
	}
}

func (e *serverError) is(plugin bool, codes ...int) bool {
	for _, c := range codes {
		if e.plugin == plugin && e.code == c {
			return true
		}
	}
	return false
}
