package doctor

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/configs"
	"earshot/models"
)

// TestMumbleServersAreReached: a Mumble server is no web server, and answers when its port does.
func TestMumbleServersAreReached(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	room := "mumble://" + l.Addr().String() + "/Lobby"
	if at, err := clockOf(t.Context(), room); err != nil || !at.IsZero() {
		t.Errorf("%v, %v", at, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := clockOf(t.Context(), room); err == nil {
		t.Error("a server that is away was reached")
	}
}

// locked are rooms into which the bot has no key.
type locked struct{ Rooms }

func (locked) Connector(configs.Room) (models.Room, bot.Connector, error) {
	return models.Room{}, nil, errors.New("no credentials for this server")
}

// TestEachRoomIsNamed: of several rooms, a finding says which one it is about, without what is secret in its address.
func TestEachRoomIsNamed(t *testing.T) {
	f := (&doctor{}).room(t.Context(), locked{}, configs.Room{URL: "icecast+https://ana:hush@radio.example/live?key=hush"})
	if f.State != Bad || !strings.HasPrefix(f.Text, "icecast+https://radio.example/live: no credentials") {
		t.Errorf("found %+v", f)
	}
}

// TestNoServerIsNamedThatThereIsNot: of a file, a device or a port of this machine the doctor does not say that a server answers, and it
// says if a file is not there.
func TestNoServerIsNamedThatThereIsNot(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "talk.mp3")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, there := range map[string]bool{file: true, dir: false, file + "x": false} {
		if err := recording("file://" + path); (err == nil) != there {
			t.Errorf("%s: %v", path, err)
		}
	}
	for address, want := range map[string]bool{
		"file://" + file: false, "device://x": false, "rtmp+listen://:1935/a/b": false, "srt://h:1": false,
		"icecast+http://h/x": true, "mumble://h": true, "rtmp://h/a/b": true,
	} {
		if got := lookedAt(address); strings.Contains(got, "server answers") != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}
