package mumble

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

const mostPeople = 16384

// user is a user connected to the server.
type user struct {
	session  uint32
	id, name string
	hash     string
	channel  uint32
	// mute and deaf were set by other people; suppress was set by the server in a channel where the user may not speak.
	mute, deaf, suppress bool
	recording            bool
}

// where says whether a user of the server is in the room, in its audience, or elsewhere.
type where int

const (
	elsewhere where = iota
	inAudience
	inRoom
)

// roster tracks who is connected to the server and in which channel. Its methods may be called from any goroutine.
type roster struct {
	mu       sync.Mutex
	channels channels
	users    map[uint32]*user  // by session
	ids      map[string]uint32 // their sessions
	gone     map[string]bool   // ids of those who were in the room and left the server
	self     uint32
	home     uint32
	audience uint32 // 0: there is none; the root is nobody's audience
	heard    map[uint32]bool
}

func newRoster() *roster {
	return &roster{channels: channels{}, users: map[uint32]*user{}, ids: map[string]uint32{}, gone: map[string]bool{}}
}

// channel applies a ChannelState message.
func (r *roster) channel(s wire.ChannelState) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.channels.take(s); err != nil {
		return err
	}
	r.heard = r.channels.heard(r.home)
	return nil
}

// channelGone removes a channel and reports whether it was the room's.
func (r *roster) channelGone(id uint32) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.channels, id)
	for _, c := range r.channels {
		delete(c.links, id)
	}
	if id == r.audience {
		r.audience = 0
	}
	r.heard = r.channels.heard(r.home)
	return id == r.home
}

// choose finds the channels of the room and its audience. The handler has yet to be told who is there.
func (r *roster) choose(at address) (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.home, err = r.channels.find(at.channel); err != nil {
		return err
	}
	if at.audience != nil {
		r.audience, err = r.channels.find(at.audience)
	}
	r.heard = r.channels.heard(r.home)
	return err
}

func (r *roster) setSelf(session uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.self = session
}

func (r *roster) selfSession() uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.self
}

// hasHome reports whether the room's channel still exists.
func (r *roster) hasHome() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.channels[r.home] != nil
}

// user applies a UserState message and returns the user's state after it.
func (r *roster) user(s wire.UserState) (user, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.users[s.Session]
	if u == nil {
		if len(r.users) >= mostPeople {
			return user{}, errTooMuch
		}
		u = &user{session: s.Session}
		r.users[s.Session] = u
	}
	set(&u.name, s.Name)
	set(&u.hash, s.Hash)
	set(&u.channel, s.Channel)
	set(&u.mute, s.Mute)
	set(&u.deaf, s.Deaf)
	set(&u.suppress, s.Suppress)
	set(&u.recording, s.Recording)
	if u.id == "" {
		u.id = r.identify(u, s.UserID)
		r.ids[u.id] = u.session
		delete(r.gone, u.id)
	}
	return *u, nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// identify derives a new user's id: from their certificate, else from their registration, else from their name, which anybody may take.
// Users who share a certificate are told apart by name. The caller holds mu.
func (r *roster) identify(u *user, registered *uint32) string {
	id := "name-" + u.name
	switch {
	case u.hash != "":
		id = "cert-" + u.hash
	case registered != nil:
		id = fmt.Sprintf("user-%d", *registered)
	}
	if _, here := r.ids[id]; here {
		return id + "-" + u.name
	}
	return id
}

// remove removes a user who left the server.
func (r *roster) remove(session uint32) (u user, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.users[session]
	if x == nil {
		return u, false
	}
	delete(r.users, session)
	delete(r.ids, x.id)
	if len(r.gone) > mostPeople {
		clear(r.gone)
	}
	r.gone[x.id] = true
	return *x, true
}

// bySession returns the user with a session id.
func (r *roster) bySession(session uint32) (user, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.users[session]
	if u == nil {
		return user{}, false
	}
	return *u, true
}

// find returns the user with an id who is in the room or its audience.
func (r *roster) find(id string) (user, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	session, here := r.ids[id]
	if u := r.users[session]; here && r.of(*u) != elsewhere {
		return *u, true
	}
	return user{}, false
}

// everybody returns all users of the server but the bot.
func (r *roster) everybody() (out []user) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range r.users {
		if u.session != r.self {
			out = append(out, *u)
		}
	}
	return out
}

// place returns whether a user is in the room, in its audience, or elsewhere.
func (r *roster) place(u user) where {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of(u)
}

// of is place for a caller that holds mu.
func (r *roster) of(u user) where {
	switch {
	case r.heard[u.channel]:
		return inRoom
	case r.audience != 0 && u.channel == r.audience:
		return inAudience
	}
	return elsewhere
}

// rooms returns the room's channel, all channels that receive what is written to the room, and the audience's channel (0 for none).
func (r *roster) rooms() (home uint32, all []uint32, audience uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all = listed(r.home, r.heard)
	if r.audience != 0 && !r.heard[r.audience] {
		all = append(all, r.audience)
	}
	return r.home, all, r.audience
}

// effect reports whether a command is in effect.
func (r *roster) effect(o bot.Command) (bool, string) {
	u, here := r.find(o.Target)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch o.Verb {
	case models.VerbMute:
		return here && u.mute, "the server reports the person as muted"
	case models.VerbUnmute:
		return here && !u.mute, "the server reports the person as not muted"
	case models.VerbToAudience:
		return here && r.audience != 0 && u.channel == r.audience, "the server reports the person in the audience's channel"
	case models.VerbToStage:
		return here && r.heard[u.channel], "the server reports the person in the room's channel"
	case models.VerbRemove, models.VerbBan:
		return !here && r.gone[o.Target], "the server reports that the person has left"
	default:
		return false, ""
	}
}

// trackName returns a name for a person's track that is the same each time they join and safe in URLs.
func trackName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "mumble-" + hex.EncodeToString(sum[:8])
}
