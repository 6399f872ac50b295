package xmpp

import "encoding/xml"

// Presence says that the sender is in a room, and how.
type Presence struct {
	XMLName xml.Name `xml:"jabber:client presence"`
	To      string   `xml:"to,attr"`
	Type    string   `xml:"type,attr,omitempty"`
	Join    *Join    `xml:",omitempty"`
	Nick    *Nick    `xml:",omitempty"`
	// Sources is Jitsi's element for who is muted, as JSON.
	Sources string `xml:"SourceInfo,omitempty"`
}

// Join asks to enter a room, without the history of its messages.
type Join struct {
	XMLName  xml.Name `xml:"http://jabber.org/protocol/muc x"`
	Password string   `xml:"password,omitempty"`
	History  History  `xml:"history"`
}

// History says how many earlier messages are wanted.
type History struct {
	MaxStanzas int `xml:"maxstanzas,attr"`
}

// Nick is the name that people see (XEP-0172).
type Nick struct {
	XMLName xml.Name `xml:"http://jabber.org/protocol/nick nick"`
	Name    string   `xml:",chardata"`
}

// Message is a chat line: of type groupchat to a room, or of type chat to one occupant.
type Message struct {
	XMLName xml.Name `xml:"jabber:client message"`
	To      string   `xml:"to,attr"`
	Type    string   `xml:"type,attr"`
	ID      string   `xml:"id,attr"`
	Body    string   `xml:"body"`
}

// Moderation asks Jitsi's moderation component (of type ComponentModeration) to permit somebody to unmute, and to ask them to.
type Moderation struct {
	XMLName xml.Name `xml:"jabber:client message"`
	To      string   `xml:"to,attr"`
	ID      string   `xml:"id,attr"`
	Allow   Allow
}

// Allow says whom a Moderation is about, by their address in the room.
type Allow struct {
	XMLName xml.Name `xml:"av_moderation"`
	Media   string   `xml:"mediaType,attr"`
	JID     string   `xml:"jidToWhitelist,attr"`
}

// IQ is a request or a reply. Content is a single element; nil means none.
type IQ struct {
	XMLName xml.Name `xml:"jabber:client iq"`
	To      string   `xml:"to,attr,omitempty"`
	Type    string   `xml:"type,attr"`
	ID      string   `xml:"id,attr"`
	Content any
}

// Admin asks a room to change somebody's role or affiliation (XEP-0045, section 8.2).
type Admin struct {
	XMLName xml.Name `xml:"http://jabber.org/protocol/muc#admin query"`
	Item    Item     `xml:"item"`
}

// Item says whom an Admin is about, and what their role or affiliation should become.
type Item struct {
	Nick        string `xml:"nick,attr,omitempty"`
	JID         string `xml:"jid,attr,omitempty"`
	Role        string `xml:"role,attr,omitempty"`
	Affiliation string `xml:"affiliation,attr,omitempty"`
}

// AskInfo queries the identity and features of an entity.
type AskInfo struct {
	XMLName xml.Name `xml:"http://jabber.org/protocol/disco#info query"`
}

// AskItems queries the items of an entity.
type AskItems struct {
	XMLName xml.Name `xml:"http://jabber.org/protocol/disco#items query"`
}

type openFrame struct {
	XMLName xml.Name `xml:"urn:ietf:params:xml:ns:xmpp-framing open"`
	To      string   `xml:"to,attr"`
	Version string   `xml:"version,attr"`
}

type closeFrame struct {
	XMLName xml.Name `xml:"urn:ietf:params:xml:ns:xmpp-framing close"`
}

type auth struct {
	XMLName   xml.Name `xml:"urn:ietf:params:xml:ns:xmpp-sasl auth"`
	Mechanism string   `xml:"mechanism,attr"`
	Data      string   `xml:",chardata"`
}

type bind struct {
	XMLName xml.Name `xml:"urn:ietf:params:xml:ns:xmpp-bind bind"`
}

type ping struct {
	XMLName xml.Name `xml:"urn:xmpp:ping ping"`
}

// refusal is the error for a request that this client does not support.
type refusal struct {
	XMLName   xml.Name `xml:"error"`
	Type      string   `xml:"type,attr"`
	Condition struct {
		XMLName xml.Name `xml:"urn:ietf:params:xml:ns:xmpp-stanzas service-unavailable"`
	}
}
