package wire

import "google.golang.org/protobuf/encoding/protowire"

// The most that is kept of what others wrote, in bytes, and of lists.
const (
	maxName = 512
	maxText = 128 << 10
	maxList = 4096
)

// Version is a program's version. Its number is that of Mumble up to 1.4: major<<16 | minor<<8 | patch.
type Version struct {
	Number  uint32
	Release string
	System  string
}

// Append writes the message.
func (v Version) Append() []byte {
	return message{}.uint(1, uint64(v.Number)).string(2, v.Release).string(3, v.System)
}

// ParseVersion reads the message, with Mumble 1.5's own way of writing numbers.
func ParseVersion(b []byte) (v Version, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			v.Number = max(v.Number, f.uint32())
		case 2:
			v.Release = f.text(maxName)
		case 5: // 16 bits each of major, minor, patch, and 16 more
			v.Number = uint32(f.n>>48)<<16 | uint32(f.n>>32&0xFF)<<8 | uint32(f.n>>16&0xFF) //nolint:gosec // cut to size
		}
	})
	return v, err
}

// Authenticate asks to be let in.
type Authenticate struct {
	Name, Password string
	// Tokens open channels.
	Tokens []string
	Bot    bool
}

// Append writes the message. Opus is the only codec.
func (a Authenticate) Append() []byte {
	m := message{}.string(1, a.Name)
	if a.Password != "" {
		m = m.string(2, a.Password)
	}
	for _, t := range a.Tokens {
		m = m.string(3, t)
	}
	m = m.bool(5, true)
	if a.Bot {
		m = m.uint(6, 1)
	}
	return m
}

// Ping carries a number that comes back.
type Ping struct{ Timestamp uint64 }

// Append writes the message.
func (p Ping) Append() []byte { return message{}.uint(1, p.Timestamp) }

// ParsePing reads the message.
func ParsePing(b []byte) (p Ping, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		if num == 1 {
			p.Timestamp = f.n
		}
	})
	return p, err
}

// RejectType is why a server lets nobody in.
type RejectType uint32

// The reasons. The list may grow.
const (
	RejectNone RejectType = iota
	RejectVersion
	RejectName
	RejectUserPassword
	RejectServerPassword
	RejectNameInUse
	RejectFull
	RejectNoCertificate
	RejectAuthenticator
	RejectNoNewConnections
)

// Reject ends a connection before it began.
type Reject struct {
	Type   RejectType
	Reason string
}

// ParseReject reads the message.
func ParseReject(b []byte) (r Reject, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			r.Type = RejectType(f.uint32())
		case 2:
			r.Reason = f.text(maxName)
		}
	})
	return r, err
}

// ServerSync ends the list of what there is when one comes.
type ServerSync struct{ Session uint32 }

// ParseServerSync reads the message.
func ParseServerSync(b []byte) (s ServerSync, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		if num == 1 {
			s.Session = f.uint32()
		}
	})
	return s, err
}

// ServerConfig is what a server allows. Its zero values mean that nothing was said.
type ServerConfig struct {
	// MessageLength is the longest text, in characters.
	MessageLength uint32
	// NoRecording says that nobody may record.
	NoRecording bool
}

// ParseServerConfig reads the message.
func ParseServerConfig(b []byte) (c ServerConfig, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 4:
			c.MessageLength = f.uint32()
		case 7:
			c.NoRecording = !f.bool()
		}
	})
	return c, err
}

// Permission is a set of rights in a channel.
type Permission uint32

// The rights that a listener needs. Kick and Ban are those of the root channel.
const (
	PermissionEnter       Permission = 0x4
	PermissionMute        Permission = 0x10
	PermissionMove        Permission = 0x20
	PermissionTextMessage Permission = 0x200
	PermissionKick        Permission = 0x10000
	PermissionBan         Permission = 0x20000
)

// PermissionQuery asks for rights in a channel, and is the answer. Flush says that all that was known is void.
type PermissionQuery struct {
	Channel     uint32
	Permissions Permission
	Flush       bool
}

// Append writes the question.
func (q PermissionQuery) Append() []byte { return message{}.uint(1, uint64(q.Channel)) }

// ParsePermissionQuery reads the answer.
func ParsePermissionQuery(b []byte) (q PermissionQuery, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			q.Channel = f.uint32()
		case 2:
			q.Permissions = Permission(f.uint32())
		case 3:
			q.Flush = f.bool()
		}
	})
	return q, err
}

// DenyType is why a server refuses a request.
type DenyType uint32

// The reasons that have words of their own. The list may grow.
const (
	DenyText        DenyType = 0
	DenyPermission  DenyType = 1
	DenySuperUser   DenyType = 2
	DenyTextTooLong DenyType = 4
	DenyCertificate DenyType = 7
	DenyFull        DenyType = 9
)

// PermissionDenied refuses a request.
type PermissionDenied struct {
	Permission Permission
	Type       DenyType
	Reason     string
}

// ParsePermissionDenied reads the message.
func ParsePermissionDenied(b []byte) (d PermissionDenied, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			d.Permission = Permission(f.uint32())
		case 4:
			d.Reason = f.text(maxName)
		case 5:
			d.Type = DenyType(f.uint32())
		}
	})
	return d, err
}
