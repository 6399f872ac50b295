package mumbletest

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"earshot/bot/mumble/wire"
)

// Admin is the server's SuperUser, who may do everything. Its methods are for one goroutine.
type Admin struct {
	conn     *tls.Conn
	in       *wire.Reader
	stamp    uint64
	people   map[string]wire.UserState // by name
	names    map[uint32]string
	channels map[string]uint32 // by name
}

// Admin lets SuperUser in, do something, and leave.
func (s *Server) Admin(ctx context.Context, do func(*Admin) error) error {
	//nolint:gosec // our own server, on this machine
	conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return fmt.Errorf("mumbletest: %w", err)
	}
	defer conn.Close()
	a := &Admin{
		conn: conn.(*tls.Conn), in: wire.NewReader(bufio.NewReader(conn)), people: map[string]wire.UserState{}, names: map[uint32]string{},
		channels: map[string]uint32{},
	}
	hello := wire.Append(nil, wire.TypeVersion, wire.Version{Number: 1<<16 | 3<<8 | 4, Release: "test"}.Append())
	hello = wire.Append(hello, wire.TypeAuthenticate, wire.Authenticate{Name: "SuperUser", Password: superPassword}.Append())
	if err := a.send(hello); err != nil {
		return err
	}
	return do(a)
}

// send sends frames and reads until the server has done what they say. A refusal is an error.
func (a *Admin) send(frames []byte) error {
	a.stamp++
	_ = a.conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := a.conn.Write(wire.Append(frames, wire.TypePing, wire.Ping{Timestamp: a.stamp}.Append())); err != nil {
		return fmt.Errorf("mumbletest: %w", err)
	}
	var refused error
	for {
		t, body, err := a.in.Next()
		if err != nil {
			return fmt.Errorf("mumbletest: %w", err)
		}
		switch t {
		case wire.TypePing:
			if p, err := wire.ParsePing(body); err != nil || p.Timestamp == a.stamp {
				return refused
			}
		case wire.TypeReject:
			r, _ := wire.ParseReject(body)
			return fmt.Errorf("mumbletest: SuperUser is refused: %q", r.Reason)
		case wire.TypePermissionDenied:
			d, _ := wire.ParsePermissionDenied(body)
			refused = fmt.Errorf("mumbletest: refused: right %x, reason %d %q", uint32(d.Permission), d.Type, d.Reason)
		default:
			a.take(t, body)
		}
	}
}

func (a *Admin) take(t wire.Type, body []byte) {
	switch t {
	case wire.TypeUserState:
		u, err := wire.ParseUserState(body)
		if err != nil {
			return
		}
		if u.Name != nil {
			a.names[u.Session] = *u.Name
		}
		name := a.names[u.Session]
		known := a.people[name]
		known.Session = u.Session
		merge(&known.UserID, u.UserID)
		merge(&known.Channel, u.Channel)
		merge(&known.Comment, u.Comment)
		merge(&known.Recording, u.Recording)
		merge(&known.SelfMute, u.SelfMute)
		merge(&known.SelfDeaf, u.SelfDeaf)
		merge(&known.Mute, u.Mute)
		merge(&known.Hash, u.Hash)
		a.people[name] = known
	case wire.TypeUserRemove:
		if u, err := wire.ParseUserRemove(body); err == nil {
			delete(a.people, a.names[u.Session])
		}
	case wire.TypeChannelState:
		if c, err := wire.ParseChannelState(body); err == nil && c.ID != nil && c.Name != nil {
			a.channels[*c.Name] = *c.ID
		}
	}
}

func merge[T any](to **T, from *T) {
	if from != nil {
		*to = from
	}
}

// Person is what the server tells of somebody by their name now.
func (a *Admin) Person(name string) (wire.UserState, bool) {
	u, here := a.people[name]
	return u, here
}

// Names are the names of all who are on the server.
func (a *Admin) Names() (names []string) {
	for name := range a.people {
		names = append(names, name)
	}
	return names
}

// Channel makes a channel below another, unless one of its name is there; "" is the root.
func (a *Admin) Channel(parent, name string) error {
	if _, there := a.channels[name]; there {
		return nil
	}
	c := wire.ChannelState{Parent: new(uint32), Name: &name}
	*c.Parent = a.channels[parent]
	return a.send(wire.Append(nil, wire.TypeChannelState, c.Append()))
}

// Link lets the people of two channels hear each other, or not any more.
func (a *Admin) Link(one, other string, on bool) error {
	id := a.channels[one]
	c := wire.ChannelState{ID: &id}
	if on {
		c.LinksAdded = []uint32{a.channels[other]}
	} else {
		c.LinksRemoved = []uint32{a.channels[other]}
	}
	return a.send(wire.Append(nil, wire.TypeChannelState, c.Append()))
}

// RemoveChannel removes a channel.
func (a *Admin) RemoveChannel(name string) error {
	return a.send(wire.Append(nil, wire.TypeChannelRemove, wire.ChannelRemove{ID: a.channels[name]}.Append()))
}

// Change asks for a change of somebody.
func (a *Admin) Change(name string, to wire.UserState) error {
	to.Session = a.people[name].Session
	return a.send(wire.Append(nil, wire.TypeUserState, to.Append()))
}

// Move moves somebody into a channel.
func (a *Admin) Move(name, channel string) error {
	id := a.channels[channel]
	return a.Change(name, wire.UserState{Channel: &id})
}

// Kick sends somebody out.
func (a *Admin) Kick(name string) error {
	return a.send(wire.Append(nil, wire.TypeUserRemove, wire.UserRemove{Session: a.people[name].Session, Reason: "test"}.Append()))
}

// MakeAdmin registers somebody by their certificate and puts them into the root's group admin.
func (a *Admin) MakeAdmin(name string) error {
	none := uint32(0)
	if err := a.Change(name, wire.UserState{UserID: &none}); err != nil {
		return err
	}
	id := a.people[name].UserID
	if id == nil {
		return fmt.Errorf("mumbletest: the server registered %s without a number", name)
	}
	group := field(nil, 1, "admin")
	for _, flag := range []protowire.Number{2, 3, 4} { // inherited, inherit, inheritable
		group = number(group, flag, 1)
	}
	group = number(group, 5, uint64(*id))
	const write = 1
	return a.acl("", [][]byte{group}, entry("admin", write, 0))
}

// Close closes a channel to all but those who have a token: its password.
func (a *Admin) Close(channel, token string) error {
	const enter = 4
	return a.acl(channel, nil, entry("all", 0, enter), entry("#"+token, enter, 0))
}

// Allow gives rights to everybody in a channel.
func (a *Admin) Allow(channel string, rights wire.Permission) error {
	return a.acl(channel, nil, entry("all", uint64(rights), 0))
}

// acl sets a channel's groups and rights (Mumble.proto, message ACL).
func (a *Admin) acl(channel string, groups [][]byte, entries ...[]byte) error {
	m := number(number(nil, 1, uint64(a.channels[channel])), 2, 1)
	for _, g := range groups {
		m = field(m, 3, string(g))
	}
	for _, e := range entries {
		m = field(m, 4, string(e))
	}
	return a.send(wire.Append(nil, wire.TypeACL, m))
}

// entry grants and denies rights to a group, here and below.
func entry(group string, grant, deny uint64) []byte {
	e := field(number(number(nil, 1, 1), 2, 1), 5, group)
	return number(number(e, 6, grant), 7, deny)
}

func number(m []byte, num protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(m, num, protowire.VarintType), n)
}

func field(m []byte, num protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(m, num, protowire.BytesType), s)
}
