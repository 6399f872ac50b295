package mumble_test

import (
	"io"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/mumble"
	"earshot/bot/mumble/wire"
)

// lets plays a server of a version with one channel, where Ana is: it lets the bot in, answers its pings, and sends frames once the bot
// has its recording mark.
func lets(version uint32, then [][]byte) func(io.ReadWriter) error {
	name, zero, one := "Ana", uint32(0), uint32(1)
	root, me := "Root", "Earshot"
	hello := wire.Append(nil, wire.TypeVersion, wire.Version{Number: version}.Append())
	hello = wire.Append(hello, wire.TypeChannelState, wire.ChannelState{ID: &zero, Name: &root}.Append())
	for session, who := range map[uint32]*string{7: &name, 1: &me} {
		user := protowire.AppendString(protowire.AppendTag(nil, 3, protowire.BytesType), *who)
		hello = wire.Append(hello, wire.TypeUserState, append(wire.UserState{Session: session}.Append(), user...))
	}
	hello = wire.Append(hello, wire.TypeServerSync, wire.PermissionQuery{Channel: one}.Append()) // field 1: the session
	return func(c io.ReadWriter) error {
		if _, err := c.Write(hello); err != nil {
			return err
		}
		seen := false
		for in := wire.NewReader(c); ; {
			kind, body, err := in.Next()
			if err != nil {
				return err
			}
			if kind == wire.TypePing || kind == wire.TypeUserState {
				_, err = c.Write(wire.Append(nil, kind, body))
			}
			if seen = seen || kind == wire.TypeUserState; seen && kind == wire.TypePing && err == nil { // the bot is in
				_, err = c.Write(slices.Concat(then...))
				then = nil
			}
			if err != nil {
				return err
			}
		}
	}
}

// voice is a frame with a packet of Ana's as a server sends it, in the old format or in that of 1.5.
func voice(newer bool, target wire.Target, frame int64, opus []byte) []byte {
	if !newer {
		sent := wire.AppendVoice(nil, wire.Voice{Target: target, Frame: frame, Opus: opus})
		return wire.Append(nil, wire.TypeVoice, append([]byte{sent[0], 7}, sent[1:]...))
	}
	b := []byte{0}
	for num, n := range map[protowire.Number]uint64{2: uint64(target), 3: 7, 4: uint64(frame)} {
		b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), n)
	}
	return wire.Append(nil, wire.TypeVoice, protowire.AppendBytes(protowire.AppendTag(b, 5, protowire.BytesType), opus))
}

// TestWhispers: in both formats of voice, what is said to the room is heard, and what is whispered or shouted to some is not.
func TestWhispers(t *testing.T) {
	tags := map[string]byte{"Ana": 1}
	for name, version := range map[string]uint32{"1.3": 1<<16 | 3<<8 | 4, "1.5": 1<<16 | 5<<8} {
		t.Run(name, func(t *testing.T) {
			said, whispered, shouted := roomtest.Tagged(1), roomtest.Tagged(2), roomtest.Tagged(3)
			var frames [][]byte
			for n := range int64(40) {
				for target, from := range map[wire.Target]roomtest.Source{0: said, wire.TargetWhisper: whispered, wire.TargetShout: shouted} {
					opus, _, _ := from()
					frames = append(frames, voice(name == "1.5", target, 2*n, opus))
				}
			}
			ear, _ := bottest.Visit(t, connector(t, mumble.Config{URL: impostor(t, lets(version, frames))}))
			if err := ear.Heard(tags, "Ana", 40); err != nil {
				t.Error(err)
			}
			if err := ear.Right(tags); err != nil {
				t.Error(err)
			}
		})
	}
}
