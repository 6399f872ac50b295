package xmpp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
)

// ErrMalformed is wrapped by every error about what a server sent.
var ErrMalformed = errors.New("xmpp: a malformed message of the server")

// maxMessage limits the size of a message in bytes; it is Prosody's own limit for stanzas from clients.
const maxMessage = 256 << 10

// XML namespaces.
const (
	nsFraming = "urn:ietf:params:xml:ns:xmpp-framing"
	nsSASL    = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
)

// Status codes of an occupant (XEP-0045, section 15.6).
const (
	StatusSelf   = 110
	StatusKicked = 307
	StatusBanned = 301
)

// Types of Jitsi server components that matter to a member of a meeting.
const (
	ComponentModeration = "av_moderation"
	ComponentBreakout   = "breakout_rooms"
)

// Stanza is any element that a server sent, with the parts of it that the client understands.
type Stanza struct {
	XMLName xml.Name
	From    string `xml:"from,attr"`
	Type    string `xml:"type,attr"`
	ID      string `xml:"id,attr"`

	Body    string    `xml:"body"`
	Subject *string   `xml:"subject"`
	Delay   *struct{} `xml:"urn:xmpp:delay delay"`

	Room *Room `xml:"http://jabber.org/protocol/muc#user x"`
	// Nick is the name that people see.
	Nick *string `xml:"http://jabber.org/protocol/nick nick"`
	// AudioMuted and Sources are Jitsi's older and newer element for who is muted; the newer one contains JSON.
	AudioMuted *string `xml:"audiomuted"`
	Sources    *string `xml:"SourceInfo"`
	// Bot is Jitsi's mark of an occupant that is a program.
	Bot *struct{} `xml:"bot"`
	// JSON is a message from a component of a Jitsi server to the occupants of a room.
	JSON *string `xml:"http://jitsi.org/jitmeet json-message"`

	Ping  *struct{} `xml:"urn:xmpp:ping ping"`
	Info  *Info     `xml:"http://jabber.org/protocol/disco#info query"`
	Items *Items    `xml:"http://jabber.org/protocol/disco#items query"`
	Mute  *Mute     `xml:"http://jitsi.org/jitmeet/audio mute"`
	Error *Error    `xml:"error"`

	Rest
}

// Rest is what occurs only at the beginning of a connection.
type Rest struct {
	Mechanisms []string `xml:"urn:ietf:params:xml:ns:xmpp-sasl mechanisms>mechanism"`
	JID        string   `xml:"urn:ietf:params:xml:ns:xmpp-bind bind>jid"`
	Inner      []struct {
		XMLName xml.Name
	} `xml:",any"`
}

// Room is what a room says about an occupant.
type Room struct {
	Item struct {
		Role        string `xml:"role,attr"`
		Affiliation string `xml:"affiliation,attr"`
		// JID is the occupant's real address, if the room reveals it.
		JID string `xml:"jid,attr"`
	} `xml:"item"`
	Statuses []struct {
		Code int `xml:"code,attr"`
	} `xml:"status"`
	Destroy *struct{} `xml:"destroy"`
}

// Has reports whether a status code is present.
func (r *Room) Has(code int) bool {
	for _, s := range r.Statuses {
		if s.Code == code {
			return true
		}
	}
	return false
}

// Info is what a server or a room reports about itself (XEP-0030, XEP-0128).
type Info struct {
	Identities []struct {
		Category string `xml:"category,attr"`
		Type     string `xml:"type,attr"`
		Name     string `xml:"name,attr"`
	} `xml:"identity"`
	Fields []struct {
		Var   string `xml:"var,attr"`
		Value string `xml:"value"`
	} `xml:"jabber:x:data x>field"`
}

// Field returns the value of a form field, or "" if there is none.
func (i *Info) Field(name string) string {
	for _, f := range i.Fields {
		if f.Var == name {
			return f.Value
		}
	}
	return ""
}

// Component returns the address of a server's component of a type, which Jitsi servers announce as an identity, or "" if there is none.
func (i *Info) Component(kind string) string {
	for _, x := range i.Identities {
		if x.Category == "component" && x.Type == kind {
			return x.Name
		}
	}
	return ""
}

// Items holds the rooms that a server lists.
type Items struct {
	List []struct {
		JID string `xml:"jid,attr"`
	} `xml:"item"`
}

// Mute requests or reports that somebody is muted (Jitsi's own extension).
type Mute struct {
	XMLName xml.Name `xml:"http://jitsi.org/jitmeet/audio mute"`
	JID     string   `xml:"jid,attr,omitempty"`
	Actor   string   `xml:"actor,attr,omitempty"`
	Mute    string   `xml:",chardata"`
}

// Error is a stanza error (RFC 6120, section 8.3).
type Error struct {
	Conditions []struct {
		XMLName xml.Name
	} `xml:",any"`
}

// Condition returns the defined condition, such as "not-allowed".
func (e *Error) Condition() string {
	for _, c := range e.Conditions {
		if c.XMLName.Space == nsStanzas && c.XMLName.Local != "text" {
			return c.XMLName.Local
		}
	}
	return "undefined-condition"
}

// forbidden holds the beginnings of what XMPP prohibits (RFC 6120, section 11.1): comments, declarations and processing instructions.
// Nothing else begins like that.
var forbidden = [][]byte{[]byte("<!"), []byte("<?")}

// Parse parses a message. Its error wraps ErrMalformed and repeats nothing of the message.
func Parse(data []byte) (s Stanza, err error) {
	if len(data) > maxMessage || slices.ContainsFunc(forbidden, func(f []byte) bool { return bytes.Contains(data, f) }) {
		return s, fmt.Errorf("%w: %d bytes, or with a comment, declaration or instruction", ErrMalformed, len(data))
	}
	if err := xml.Unmarshal(data, &s); err != nil {
		return Stanza{}, fmt.Errorf("%w: no XML of its kind in %d bytes", ErrMalformed, len(data))
	}
	return s, nil
}
