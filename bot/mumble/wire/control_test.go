package wire_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"earshot/bot/mumble/wire"
)

func to[T any](v T) *T { return &v }

// TestMessages: what is written is read as it was; what was not set stays so.
func TestMessages(t *testing.T) {
	version := wire.Version{Number: 1<<16 | 3<<8 | 4, Release: "Earshot", System: "x"}
	if got, err := wire.ParseVersion(version.Append()); err != nil || got.Number != version.Number || got.Release != "Earshot" {
		t.Errorf("%+v, %v", got, err)
	}
	// Mumble 1.5: 1.5.517 in both forms.
	both := protowire.AppendVarint(protowire.AppendTag(nil, 5, protowire.VarintType), 1<<48|5<<32|517<<16)
	if got, err := wire.ParseVersion(both); err != nil || got.Number>>8 != 1<<8|5 {
		t.Errorf("version 1.5 is %x, %v", got.Number, err)
	}
	user := wire.UserState{Session: 7, Channel: to(uint32(0)), Mute: to(false), Recording: to(true), Comment: to("hello")}
	if got, err := wire.ParseUserState(user.Append()); err != nil || !reflect.DeepEqual(got, user) {
		t.Errorf("%+v, %v", got, err)
	}
	channel := wire.ChannelState{ID: to(uint32(3)), Parent: to(uint32(0)), Name: to("Lobby"), LinksAdded: []uint32{4, 5}}
	if got, err := wire.ParseChannelState(channel.Append()); err != nil || !reflect.DeepEqual(got, channel) {
		t.Errorf("%+v, %v", got, err)
	}
	line := wire.TextMessage{Sessions: []uint32{1}, Channels: []uint32{0, 9}, Text: "a &lt; b"}
	if got, err := wire.ParseTextMessage(line.Append()); err != nil || !reflect.DeepEqual(got, line) {
		t.Errorf("%+v, %v", got, err)
	}
	out := wire.UserRemove{Session: 4, Reason: "enough", Ban: true}
	if got, err := wire.ParseUserRemove(out.Append()); err != nil || !reflect.DeepEqual(got, out) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBanList: entries that are not understood go back as they came.
func TestBanList(t *testing.T) {
	entry := protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), []byte("Eve"))
	entry = protowire.AppendVarint(protowire.AppendTag(entry, 99, protowire.VarintType), 42)
	b := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), entry)
	list, err := wire.ParseBanList(b)
	if err != nil || len(list.Bans) != 1 || list.Bans[0].Name != "Eve" {
		t.Fatalf("%+v, %v", list, err)
	}
	again, err := wire.ParseBanList(list.Append())
	if err != nil || !reflect.DeepEqual(again, list) {
		t.Errorf("%+v, %v", again, err)
	}
}

// TestLongAndBrokenText: names are cut between letters, and what is no UTF-8 becomes it.
func TestLongAndBrokenText(t *testing.T) {
	for _, name := range []string{strings.Repeat("ä", 4000), "a" + strings.Repeat("ä", 4000), "\xff\xfe", strings.Repeat("\xff", 9000)} {
		b := protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), []byte(name))
		got, err := wire.ParseUserState(b)
		if err != nil || !utf8.ValidString(*got.Name) || len(*got.Name) > 3*512 || *got.Name == "" {
			t.Errorf("%d bytes of name became %d, %v", len(name), len(*got.Name), err)
		}
	}
}
