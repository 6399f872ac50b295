package models

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Invitation invites the bot into a room.
type Invitation struct {
	// URL is the room's address; Name is the display name of the room, or of the speaker of a stream.
	URL  string `json:"url"`
	Name string `json:"name,omitempty"`
	// Profile is the room's profile; empty for the settings outside of profiles.
	Profile string `json:"profile,omitempty"`
	// AllowServer permanently allows an unknown server, PrivateServer even in a private network. Only a request by an owner may
	// set them.
	AllowServer   bool `json:"allow_server,omitempty"`
	PrivateServer bool `json:"private_server,omitempty"`
	// By is who invites, and Expires when a link expires. Neither is taken from a request.
	By      string    `json:"by,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// ScheduledTime is a time at which the bot is to be in a room, in addition to those in the configuration: weekly, or once.
type ScheduledTime struct {
	ID string `json:"id"`
	// Room is the room's id, URL its address, and Name and Profile are those with which the bot joins unless the configuration names
	// others.
	Room    string `json:"room"`
	URL     string `json:"url"`
	Name    string `json:"name,omitempty"`
	Profile string `json:"profile,omitempty"`
	// Days are those of a weekly time; Date, as 2006-01-02, is the day of one that takes place once.
	Days []time.Weekday `json:"days,omitempty"`
	Date string         `json:"date,omitempty"`
	// From is minutes from midnight on the wall of Zone, and Minutes how long the bot stays, less than a day.
	From    int    `json:"from"`
	Minutes int    `json:"minutes"`
	Zone    string `json:"zone"`
	// By is who added it, and Until when one that takes place once is over.
	By    string    `json:"by"`
	Until time.Time `json:"until,omitzero"`
}

// TimeRequest asks for a scheduled time.
type TimeRequest struct {
	// URL is the room's address. Days are weekdays, Sunday being 0; Date, as 2006-01-02, is instead of them.
	URL     string         `json:"url"`
	Profile string         `json:"profile,omitempty"`
	Days    []time.Weekday `json:"days,omitempty"`
	Date    string         `json:"date,omitempty"`
	// At is a time of day like 20:00 in Zone, and Minutes how long the bot stays.
	At      string `json:"at"`
	Minutes int    `json:"minutes"`
	Zone    string `json:"zone"`
	// Check only checks the time.
	Check bool `json:"check,omitempty"`
}

// TimeAdded answers a TimeRequest: the time, and when it takes place next.
type TimeAdded struct {
	Time ScheduledTime `json:"time"`
	// Next are the next periods.
	Next []Period `json:"next"`
}

// Period is a stretch of time, excluding End.
type Period struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// RoomTimes says when the bot is in a room, or is to be there next.
type RoomTimes struct {
	Room    string `json:"room"`
	URL     string `json:"url"`
	Name    string `json:"name"`
	Profile string `json:"profile,omitempty"`
	// Zone is the time zone of the configuration or, without one, of the first added time.
	Zone string `json:"zone,omitempty"`
	// Always says that the configuration has the bot there all the time; Fixed are the times that it lists, and Calendar says that it
	// names a calendar.
	Always   bool            `json:"always,omitempty"`
	Fixed    []string        `json:"fixed,omitempty"`
	Calendar bool            `json:"calendar,omitempty"`
	Added    []ScheduledTime `json:"added,omitempty"`
	// Next are the next periods.
	Next []Period `json:"next,omitempty"`
	// Problem is why the bot can't join at these times.
	Problem string `json:"problem,omitempty"`
}

// RoomState is the state of a room that the bot is in or is to join, for people and programs.
type RoomState struct {
	Room string `json:"room"`
	Name string `json:"name"`
	URL  string `json:"url"`
	// State is joining, listening, waiting (for the next attempt, or for its time by the schedule) or ended.
	State   string    `json:"state"`
	Session string    `json:"session,omitempty"`
	Since   time.Time `json:"since"`
	Reason  EndReason `json:"reason,omitempty"`
	Problem string    `json:"problem,omitempty"`
	Profile string    `json:"profile,omitempty"`
	// Note is a message to the host: what the bot could not do in the room by itself.
	Note string `json:"note,omitempty"`
	// Paused reports that a host has paused listening.
	Paused bool `json:"paused,omitempty"`
	// Next is when the bot joins next, in a room with a schedule.
	Next time.Time `json:"next,omitzero"`
	// Deaf are the names of those who are shown as talking and are not heard, if any.
	Deaf []string `json:"deaf,omitempty"`
	// Quiet says that the source of a stream or device sends nothing to transcribe.
	Quiet Quiet `json:"quiet,omitzero"`
}

// Quiet says since when a source has sent no speech; the zero value: it sends some.
type Quiet struct {
	Since time.Time `json:"since,omitzero"`
	// Silent says that there was no sound either, which mostly means that the source is muted or the wrong one.
	Silent bool `json:"silent,omitempty"`
}

// Terms describes what the bot does and keeps in a room, to be read before it is invited.
type Terms struct {
	Room Room `json:"room"`
	// Server is the room's server. Strange reports that neither the configuration nor an owner has allowed it, so that the bot
	// can't be invited there yet.
	Server  string `json:"server"`
	Strange bool   `json:"strange,omitempty"`
	// Notice is the bot's disclosure in the room.
	Notice string `json:"notice"`
	// NoChat reports that the room has no chat for the disclosure and for objections: the host must do both.
	NoChat bool `json:"no_chat,omitempty"`
	// Rules names the rules, and Mode bounds them; empty means as in the rule files.
	Rules string `json:"rules,omitempty"`
	Mode  Mode   `json:"mode,omitempty"`
	// Keep is the retention. ModerateOnly reports that no words but flagged ones are stored.
	Keep         Retention `json:"-"`
	ModerateOnly bool      `json:"moderate_only,omitempty"`
}

// AllowedServer is a room server that an owner has allowed invitations to. It never gets secrets, which are for configured servers.
type AllowedServer struct {
	// Server is the server's address in its one form, as Address.Server gives it.
	Server string `json:"server"`
	// Private reports that it may be in a private network. Otherwise the bot connects to public addresses only.
	Private bool      `json:"private,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// RoomOrigin says why a room is wanted, and who may hear it.
type RoomOrigin string

// The origins of a wanted room.
const (
	// RoomConfigured is wanted for good: every process that has it in its configuration may hear it.
	RoomConfigured RoomOrigin = "configured"
	// RoomInvited is wanted until it is over: every process may hear it.
	RoomInvited RoomOrigin = "invited"
	// RoomBrought is wanted as long as the process hears it that somebody brought into it: no other can go there by itself.
	RoomBrought RoomOrigin = "brought"
)

// WantedRoom is a room that one of the processes that share a store is to hear.
type WantedRoom struct {
	Room
	Origin RoomOrigin
	// Identity is what LiveKit knows the bot by; "": the usual one.
	Identity string
}

// RoomLease says which process hears a room, or is to hear it. Every time is that of the store's clock.
type RoomLease struct {
	WantedRoom
	// Node is the process, "" if nobody has it. It is its own until Until, and so long as Epoch, which rises with each owner, is the
	// same.
	Node  string
	Epoch int
	Until time.Time
	// Heard is when the owner said last that it hears the room. Of a lease that was just taken it is when the owner before did, or
	// zero if there was none or it left nothing to go on with.
	Heard time.Time
	// Moving is how far it is with handing the room over, and Heir the process that takes it; "": none has come forward.
	Moving RoomMove
	Heir   string
	// Asked is what a host asked of the owner on a page of another process.
	Asked RoomAsk
	// CutMS is until when everything that the owner before this one heard is stored, in ms of session time: when it stopped listening, if
	// it handed the room over. 0: that is not known.
	CutMS int64
	// Now is when this was read.
	Now time.Time
}

// RoomAsk is what a host asks of the process that hears a room.
type RoomAsk string

// What can be asked.
const (
	RoomAsksNothing RoomAsk = ""
	RoomAsksLeave   RoomAsk = "leave"
	// RoomAsksCome is asked where the bot waits for its time.
	RoomAsksCome RoomAsk = "come"
)

// RoomMove is how far the owner of a room is with handing it over.
type RoomMove int

// The steps of handing a room over.
const (
	RoomStays RoomMove = iota
	// RoomToMove has no heir yet, or one that is on its way.
	RoomToMove
	// RoomHeirIn is heard by the heir too: the owner stops listening, and gives the room to it.
	RoomHeirIn
	// RoomOffered is as RoomToMove, for processes that have fewer rooms than their share.
	RoomOffered
)

// RoomClaim says which rooms a process takes.
type RoomClaim struct {
	Node string
	// Lasts is how long a lease lasts unless it is renewed.
	Lasts time.Duration
	// Most is how many rooms are taken at once.
	Most int
	// Configured are the rooms of the process's configuration, by id, and Except those that it cannot take now.
	Configured, Except []string
	// Fewer says that the process has fewer rooms than its share: it also takes those that are offered.
	Fewer bool
}

// RoomName returns the last part of the address, as people call the room.
func (a Address) RoomName() string {
	if a.room == "" {
		return a.Host
	}
	return a.room
}

var notInShort = regexp.MustCompile(`[^a-z0-9._-]+`)

// Short returns ShortRoom of the room's name. It is not unique: rooms of several servers may share it.
func (a Address) Short() string { return ShortRoom(a.RoomName()) }

// ShortRoom makes a room's name safe for the names of files and sessions: lower-case letters, digits, dots, dashes and underscores.
// Up to version 0.1 it was a room's identity.
func ShortRoom(name string) string {
	last := path.Base(name)
	if id := strings.Trim(notInShort.ReplaceAllString(strings.ToLower(last), "-"), "-."); id != "" {
		return id
	}
	return "room"
}

// RoomAt returns the room of an address. name is its display name; "" means the last part of the address.
func (a Address) RoomAt(raw, name string) Room {
	if name == "" {
		name = a.RoomName()
	}
	if u, err := url.Parse(raw); err == nil && a.Kind != RoomDevice {
		raw = withoutSecrets(u)
	}
	return Room{ID: a.ID(), Name: name, URL: raw}
}

// FindRoom finds a room by its address, in any spelling, or by a name that only one of the rooms has. An address need not be that of
// one of the rooms. Errors wrap ErrNotFound if no room has the name, ErrConflict if several do.
func FindRoom(rooms []Room, word string) (Room, error) {
	if at, err := ParseAddress(word); err == nil {
		return at.RoomAt(word, ""), nil
	}
	var found []Room
	for _, r := range rooms {
		short := r.ID
		if at, err := ParseAddress(r.ID); err == nil {
			short = at.Short()
		}
		if r.ID == word {
			return r, nil
		}
		same := func(x Room) bool { return x.ID == r.ID }
		if (short == word || r.Name == word) && !slices.ContainsFunc(found, same) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return Room{}, WithHint(fmt.Errorf("no room %q: %w", word, ErrNotFound), "give the room's full address")
	case 1:
		return found[0], nil
	}
	var addresses []string
	for _, r := range found {
		addresses = append(addresses, r.ID)
	}
	return Room{}, WithHint(
		fmt.Errorf("%w: several rooms are named %q", ErrConflict, word), "specify one: "+strings.Join(addresses, " or "),
	)
}
