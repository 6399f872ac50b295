package jitsi_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/jitsi"
	"earshot/bot/jitsi/jitsitest"
	"earshot/models"
	"earshot/models/waittest"
)

var tags = map[string]byte{"Ana": 1, "Ben": 2}

func hears(t *testing.T, listener *roomtest.Listener, names ...string) {
	t.Helper()
	if err := listener.Hears(tags, names...); err != nil {
		t.Fatal(err)
	}
}

// TestCutAndDialledAgain: if a bridge's connection breaks, the stay ends and may be retried. The bridge redials by itself, with a new clock
// and new sequence numbers, and is heard. If two bridges dial for one meeting, the newer one wins.
func TestCutAndDialledAgain(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.enter(t, "Ana", roomtest.Tagged(tags["Ana"]))
	c := m.visit(t, room, jitsi.Config{})
	listener, ended := bottest.Visit(t, c)
	hears(t, listener, "Ana")
	m.bridge.Cut(false)
	checkEnd(t, <-ended, models.EndFailedServer, true, "connection is lost")
	listener, ended = bottest.Visit(t, c)
	hears(t, listener, "Ana")
	if n := m.bridge.Dials(); n != 2 {
		t.Errorf("the bridge dialled %d times", n)
	}
	m.bridge.Cut(true)
	checkEnd(t, <-ended, models.EndFailedServer, true, "connection is lost")
	second, _ := dial(t, m.url)
	second.Start("deadbeef-a0", "deadbeef", "opus")
	listener, _ = bottest.Visit(t, c)
	play(t, second, "deadbeef-a0", 7)
	if err := listener.Hears(map[string]byte{"deadbeef": 7}, "deadbeef"); err != nil { // nobody that the chat room knows
		t.Error(err)
	}
}

// play sends packets of a stream until the test ends.
func play(t *testing.T, b *jitsitest.Bridge, tag string, mark byte) {
	t.Helper()
	stop, done := make(chan struct{}), make(chan struct{})
	next := roomtest.Tagged(mark)
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				opus, _, _ := next()
				b.Packet(tag, opus, now)
			case <-stop:
				return
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-done })
}

func checkEnd(t *testing.T, err error, want models.EndReason, again bool, word string) {
	t.Helper()
	var end *bot.EndError
	if !errors.As(err, &end) || end.Reason != want || end.Retry != again || !strings.Contains(err.Error(), word) {
		t.Errorf("it ended with %v, want %s (again %v, %q)", err, want, again, word)
	}
}

// TestStreamsOfOnePerson: two tags may belong to one person. A stream in a format other than Opus is not heard, and one that returns to
// Opus is.
func TestStreamsOfOnePerson(t *testing.T) {
	t.Parallel()
	m := start(t)
	ana := m.enter(t, "Ana", roomtest.Tagged(tags["Ana"]))
	listener, _ := bottest.Visit(t, m.visit(t, room, jitsi.Config{}))
	hears(t, listener, "Ana")
	second := ana.Nick + "-12345"
	m.bridge.Start(second, ana.Nick, "PCMU")
	play(t, m.bridge, second, 9)
	hears(t, listener, "Ana")
	both := map[string]byte{"Ana": 9}
	if err := listener.Right(map[string]byte{"Ana": tags["Ana"]}); err != nil {
		t.Errorf("what is no Opus: %v", err)
	}
	m.bridge.Start(second, ana.Nick, "opus")
	if err := listener.Hears(both, "Ana"); err != nil {
		t.Error(err)
	}
	m.bridge.Start(ana.Nick+"-a0", ana.Nick, "red")
	if err := listener.Hears(both, "Ana"); err != nil {
		t.Error(err)
	}
}

// TestHidden: outside the chat room, the bot announces itself only by subtitles, which prove nothing. It knows nobody's name and can do
// nothing to anybody. Captions are subtitles, too, and always have a language.
func TestHidden(t *testing.T) {
	t.Parallel()
	m := start(t)
	ana := m.enter(t, "Ana", roomtest.Tagged(tags["Ana"]))
	c := m.visit(t, room, jitsi.Config{Hidden: true, Language: "de"})
	if err := c.Caption(t.Context(), bot.Caption{Text: "x"}); !errors.Is(err, bot.ErrNotJoined) {
		t.Errorf("before the join: %v", err)
	}
	listener, _ := bottest.Visit(t, c)
	if err := listener.Hears(map[string]byte{ana.Nick: tags["Ana"]}, ana.Nick); err != nil {
		t.Fatal(err)
	}
	if names, err := m.Names(t.Context(), room); err != nil || len(names) != 1 {
		t.Errorf("the room shows %q, %v", names, err)
	}
	line := bot.Command{Verb: models.VerbMessage, Text: "I listen"}
	if err := c.Execute(t.Context(), line); err != nil {
		t.Error(err)
	}
	if seen, _ := c.Effect(line); seen {
		t.Error("a subtitle counts as read")
	}
	for _, o := range []bot.Command{{Verb: models.VerbMute, Target: ana.Nick}, {Verb: models.VerbMessage, Target: ana.Nick, Text: "x"}} {
		var refused *bot.RefusalError
		if err := c.Execute(t.Context(), o); !errors.As(err, &refused) {
			t.Errorf("%s: %v", o.Verb, err)
		}
	}
	caption := bot.Caption{Line: "l1", SpeakerID: ana.Nick, SpeakerName: "Ana", Text: "hello"}
	if err := c.Caption(t.Context(), caption); err != nil {
		t.Error(err)
	}
	caption.Text, caption.Final, caption.Language = "hello you", true, "en"
	if err := c.Caption(t.Context(), caption); err != nil {
		t.Error(err)
	}
	waittest.Until(t, "three subtitles", func() bool { return len(m.bridge.Results()) == 3 })
	for i, want := range [][]string{
		{`"text":"I listen"`, `"language":"de"`, `"event":"transcription-result"`, `"type":"transcription-result"`},
		{`"text":"hello"`, `"is_interim":true`, `"language":"de"`, `"name":"Ana"`, `"message_id":"l1"`},
		{`"text":"hello you"`, `"is_interim":false`, `"language":"en"`, `"message_id":"l1"`},
	} {
		for _, part := range want {
			if got := m.bridge.Results()[i]; !strings.Contains(got, part) {
				t.Errorf("subtitle %d is %s, without %s", i, got, part)
			}
		}
	}
}

// TestSeen: people see the bot under its name, and under another one while it does not listen. It learns about changed names, and its
// permissions follow its role in the room.
func TestSeen(t *testing.T) {
	t.Parallel()
	m := start(t)
	ana := m.enter(t, "Ana", roomtest.Tagged(tags["Ana"]))
	c := m.visit(t, room, jitsi.Config{})
	if err := c.Rename(t.Context(), "x"); !errors.Is(err, bot.ErrNotJoined) {
		t.Errorf("before the join: %v", err)
	}
	bottest.Visit(t, c)
	shows := func(name string) {
		t.Helper()
		waittest.Until(t, name, func() bool {
			for _, n := range ana.Sees() {
				if n == name {
					return true
				}
			}
			return false
		})
	}
	shows("Earshot")
	for _, x := range []struct{ name, want string }{{"Earshot (paused)", "Earshot (paused)"}, {"", "Earshot"}} {
		if err := c.Rename(t.Context(), x.name); err != nil {
			t.Fatal(err)
		}
		shows(x.want)
	}
	mute := bot.Command{Verb: models.VerbMute, Target: ana.Nick}
	var refused *bot.RefusalError
	if err := c.Execute(t.Context(), mute); !errors.As(err, &refused) {
		t.Errorf("a mute by who is no moderator: %v", err)
	}
	if err := m.Role(t.Context(), room, "Earshot", "moderator"); err != nil {
		t.Fatal(err)
	}
	if err := c.Execute(t.Context(), mute); err != nil {
		t.Errorf("a mute by a moderator: %v", err)
	}
	waittest.Until(t, "the mute", func() bool { seen, _ := c.Effect(mute); return seen })
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbMessage, Target: "00000000", Text: "x"}); !errors.Is(err, bot.ErrAbsent) {
		t.Errorf("a word to nobody: %v", err)
	}
}

// TestProgramsAreNobody: Jitsi's recorder, which is in the chat room from a separate domain, is never heard, reported or moderated.
func TestProgramsAreNobody(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.enter(t, "Ana", roomtest.Tagged(tags["Ana"]))
	nick, err := m.Record(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	m.bridge.Start(nick+"-a0", nick, "opus")
	play(t, m.bridge, nick+"-a0", 8)
	c := m.visit(t, room, jitsi.Config{})
	listener, _ := bottest.Visit(t, c)
	for range 3 { // the recorder's sound arrives beside hers
		hears(t, listener, "Ana")
	}
	if err := listener.Right(map[string]byte{"Ana": tags["Ana"]}); err != nil {
		t.Error(err)
	}
	if listener.Here("Live stream") || listener.Here(nick) {
		t.Error("the bot tells of it")
	}
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbRemove, Target: nick}); !errors.Is(err, bot.ErrAbsent) {
		t.Errorf("removing it: %v", err)
	}
}
