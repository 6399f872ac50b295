package lounge

import (
	"time"

	"earshot/models"
)

// Person is somebody who publishes a microphone.
type Person struct {
	// ID is stable over reconnects of the same client; it reveals nothing about it.
	ID   string      `json:"id"`
	Name string      `json:"name"`
	Role models.Role `json:"role"`
	// Track names this publication: it changes when the person comes back.
	Track   string `json:"track"`
	Talking bool   `json:"talking"`
	Muted   bool   `json:"muted"`
	// Held says that a host muted this person: nothing is passed on until a host lifts it.
	Held bool `json:"held,omitempty"`
}

// Listener is somebody who hears the room without speaking.
type Listener struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Bot says that it is a bot of this room's host: it holds the token. A name alone says nothing.
	Bot bool `json:"bot,omitempty"`
}

// EventType says what an Event tells. The list is closed; clients pass over what they don't know.
type EventType string

// The types of events.
const (
	EventRoom      EventType = "room"      // the state at the beginning: You, People, Listeners
	EventPerson    EventType = "person"    // came or changed: Person
	EventLeft      EventType = "left"      // gone: ID, Track
	EventTalking   EventType = "talking"   // ID, Talking
	EventListeners EventType = "listeners" // Listeners, all of them
	EventChat      EventType = "chat"      // Chat
	EventCaption   EventType = "caption"   // Caption
	EventAudience  EventType = "audience"  // Audience, all of them
	EventRemoved   EventType = "removed"   // a host sent somebody out: ID, Banned
	EventUnbanned  EventType = "unbanned"  // a host lifted a ban: ID
	EventClosed    EventType = "closed"    // the server closes the room
)

// Event is one server-sent event of a room, as JSON in the data field.
type Event struct {
	Type EventType `json:"type"`
	// You is this watcher's secret: it is sent along with WHEP and WHIP requests so that one person or bot is not shown
	// twice.
	You       string     `json:"you,omitempty"`
	People    []Person   `json:"people,omitempty"`
	Person    *Person    `json:"person,omitempty"`
	ID        string     `json:"id,omitempty"`
	Track     string     `json:"track,omitempty"`
	Talking   bool       `json:"talking,omitempty"`
	Listeners []Listener `json:"listeners,omitempty"`
	Chat      *Chat      `json:"chat,omitempty"`
	Caption   *Caption   `json:"caption,omitempty"`
	// Audience are those whom a host moved there: they hear and may not speak.
	Audience []Listener `json:"audience,omitempty"`
	Banned   bool       `json:"banned,omitempty"`
	// Idle says that a room was closed because nobody used it.
	Idle bool `json:"idle,omitempty"`
	// Rights are what this watcher may do, by the host's token.
	Rights []models.Verb `json:"rights,omitempty"`
}

// WatcherHeader holds the secret of the sender's event stream (Event.You).
const WatcherHeader = "Earshot-Watcher"

// Chat is one line of a room's chat.
type Chat struct {
	ID string `json:"id"`
	// From is the sender's person id, or the public id of a listener.
	From string      `json:"from"`
	Name string      `json:"name"`
	Role models.Role `json:"role,omitempty"`
	// Bot says that a bot of this room's host wrote it.
	Bot  bool   `json:"bot,omitempty"`
	Text string `json:"text"`
	// To is the person whom alone the line is for; empty: everybody.
	To string    `json:"to,omitempty"`
	At time.Time `json:"at"`
}

// Caption is a line of what is said in a room, by a bot of its host.
type Caption struct {
	// ID names the line: a caption replaces an earlier one with its id.
	ID string `json:"id"`
	// Person is the speaker's id, and Name the name.
	Person string `json:"person"`
	Name   string `json:"name"`
	// Text is the line so far; empty: it is taken back.
	Text string `json:"text"`
	// Final says that no other caption of the line follows; others are guesses.
	Final bool `json:"final,omitempty"`
}

// Request and answer headers of the lounge beyond WHIP.
const (
	// KeyHeader holds a client's own secret of at least 16 characters: who publishes with it again is the same person.
	KeyHeader = "Earshot-Key"
	// PersonHeader tells the publisher its person id.
	PersonHeader = "Earshot-Person"
)

// Problem is a refusal, as the lounge answers it (application/problem+json, RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
}

// Refusal is a problem with an HTTP status; the title says what is wrong and what to do.
func Refusal(status int, title string) *Problem { return &Problem{Status: status, Title: title} }

// HostRights is what the host's token allows.
func HostRights() []models.Verb {
	return []models.Verb{
		models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbToStage, models.VerbRemove, models.VerbBan, models.VerbUnban,
	}
}

// Timing that both sides know.
const (
	ConnectWithin = 15 * time.Second // from the answer to media
	PingEvery     = 5 * time.Second  // comment lines that keep event streams alive
)
