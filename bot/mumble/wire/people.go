package wire

import "google.golang.org/protobuf/encoding/protowire"

// UserState tells, or asks to change, what somebody is. Only fields that are set count; a person's first message has a name.
type UserState struct {
	Session              uint32
	Actor                *uint32 // whose doing it is
	Name                 *string
	UserID               *uint32 // the number of a registered person
	Channel              *uint32
	Mute, Deaf, Suppress *bool // by others, by the server
	SelfMute, SelfDeaf   *bool
	Comment              *string
	Hash                 *string // SHA-1 of the certificate, in hexadecimal
	Recording            *bool
}

// Append writes the message.
func (u UserState) Append() []byte {
	return message{}.uint(1, uint64(u.Session)).optional(4, u.UserID).optional(5, u.Channel).flag(6, u.Mute).flag(7, u.Deaf).
		flag(8, u.Suppress).flag(9, u.SelfMute).flag(10, u.SelfDeaf).text(14, u.Comment).flag(19, u.Recording)
}

// ParseUserState reads the message.
func ParseUserState(b []byte) (u UserState, err error) {
	number := func(f value) *uint32 { n := f.uint32(); return &n }
	on := func(f value) *bool { x := f.bool(); return &x }
	text := func(f value, most int) *string { s := f.text(most); return &s }
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			u.Session = f.uint32()
		case 2:
			u.Actor = number(f)
		case 3:
			u.Name = text(f, maxName)
		case 4:
			u.UserID = number(f)
		case 5:
			u.Channel = number(f)
		case 6:
			u.Mute = on(f)
		case 7:
			u.Deaf = on(f)
		case 8:
			u.Suppress = on(f)
		case 9:
			u.SelfMute = on(f)
		case 10:
			u.SelfDeaf = on(f)
		case 14:
			u.Comment = text(f, maxText)
		case 15:
			u.Hash = text(f, maxName)
		case 19:
			u.Recording = on(f)
		}
	})
	return u, err
}

// UserRemove tells that somebody is gone, or asks to send them out.
type UserRemove struct {
	Session uint32
	Actor   *uint32
	Reason  string
	Ban     bool
}

// Append writes the message.
func (u UserRemove) Append() []byte {
	m := message{}.uint(1, uint64(u.Session)).string(3, u.Reason)
	if u.Ban {
		m = m.bool(4, true)
	}
	return m
}

// ParseUserRemove reads the message.
func ParseUserRemove(b []byte) (u UserRemove, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			u.Session = f.uint32()
		case 2:
			n := f.uint32()
			u.Actor = &n
		case 3:
			u.Reason = f.text(maxName)
		case 4:
			u.Ban = f.bool()
		}
	})
	return u, err
}

// TextMessage is a line of chat. Text is HTML.
type TextMessage struct {
	Actor    uint32 // who wrote it
	Sessions []uint32
	Channels []uint32
	Text     string
}

// Append writes the message.
func (t TextMessage) Append() []byte {
	return message{}.uints(2, t.Sessions).uints(3, t.Channels).string(5, t.Text)
}

// ParseTextMessage reads the message.
func ParseTextMessage(b []byte) (t TextMessage, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			t.Actor = f.uint32()
		case 2:
			t.Sessions = numbers(t.Sessions, f)
		case 3:
			t.Channels = numbers(t.Channels, f)
		case 5:
			t.Text = f.text(maxText)
		}
	})
	return t, err
}
