package wire

import "google.golang.org/protobuf/encoding/protowire"

// ChannelState tells of a channel, or asks to make or change one. Only fields that are set count. Links are all links, when AllLinks.
type ChannelState struct {
	ID                       *uint32 // nil: a new one is asked for
	Parent                   *uint32
	Name                     *string
	Links                    []uint32
	AllLinks                 bool
	LinksAdded, LinksRemoved []uint32
}

// Append writes the message.
func (c ChannelState) Append() []byte {
	return message{}.optional(1, c.ID).optional(2, c.Parent).text(3, c.Name).uints(6, c.LinksAdded).uints(7, c.LinksRemoved)
}

// ParseChannelState reads the message.
func ParseChannelState(b []byte) (c ChannelState, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			n := f.uint32()
			c.ID = &n
		case 2:
			n := f.uint32()
			c.Parent = &n
		case 3:
			s := f.text(maxName)
			c.Name = &s
		case 4:
			c.Links, c.AllLinks = numbers(c.Links, f), true
		case 6:
			c.LinksAdded = numbers(c.LinksAdded, f)
		case 7:
			c.LinksRemoved = numbers(c.LinksRemoved, f)
		}
	})
	return c, err
}

// ChannelRemove tells, or asks, that a channel is no more.
type ChannelRemove struct{ ID uint32 }

// Append writes the message.
func (c ChannelRemove) Append() []byte { return message{}.uint(1, uint64(c.ID)) }

// ParseChannelRemove reads the message.
func ParseChannelRemove(b []byte) (c ChannelRemove, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		if num == 1 {
			c.ID = f.uint32()
		}
	})
	return c, err
}

// Ban is one entry of a server's list of bans. Raw is the entry as it came, to be sent back unchanged.
type Ban struct {
	Name, Hash, Reason string
	Raw                []byte
}

// BanList is a server's list of bans. As a question it has Query set.
type BanList struct {
	Bans  []Ban
	Query bool
}

// Append writes the message: a question, or the new list.
func (l BanList) Append() []byte {
	m := message{}
	for _, b := range l.Bans {
		m = m.bytes(1, b.Raw)
	}
	return m.bool(2, l.Query)
}

// ParseBanList reads the message.
func ParseBanList(b []byte) (l BanList, err error) {
	err = fields(b, func(num protowire.Number, f value) {
		switch num {
		case 1:
			ban := Ban{Raw: append([]byte(nil), f.b...)}
			_ = fields(f.b, func(num protowire.Number, f value) { // what can't be read is sent back as it came
				switch num {
				case 3:
					ban.Name = f.text(maxName)
				case 4:
					ban.Hash = f.text(maxName)
				case 5:
					ban.Reason = f.text(maxName)
				}
			})
			l.Bans = append(l.Bans, ban)
		case 2:
			l.Query = f.bool()
		}
	})
	return l, err
}
