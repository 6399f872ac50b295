package mumble_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/mumble"
	"earshot/bot/mumble/mumbletest"
	"earshot/bot/mumble/wire"
	"earshot/models"
	"earshot/models/waittest"
)

// TestSeen: the server shows everybody that the bot is there, muted and recording, with what it does; while it does not listen, that is
// seen too.
func TestSeen(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	c := connector(t, mumble.Config{URL: s.URL("Lobby"), Comment: "I listen & write down"})
	if err := c.Rename(t.Context(), "x"); !errors.Is(err, bot.ErrNotJoined) {
		t.Errorf("before the join: %v", err)
	}
	bottest.Visit(t, c)
	check := func(comment string, records bool) {
		t.Helper()
		s.admin(t, func(a *mumbletest.Admin) error {
			me, here := a.Person(botName)
			if !here || me.Comment == nil || *me.Comment != comment || me.SelfMute == nil || !*me.SelfMute || me.SelfDeaf != nil && *me.SelfDeaf ||
				(me.Recording != nil && *me.Recording) != records {
				t.Errorf("the server shows %+v", me)
			}
			return nil
		})
	}
	check("I listen &amp; write down", true)
	if err := c.Rename(t.Context(), "Earshot (paused)"); err != nil {
		t.Fatal(err)
	}
	check("Earshot (paused)", false)
	if err := c.Rename(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	check("I listen &amp; write down", true)
}

// TestWhoIsInTheRoom: who is moved in is heard and who is moved out is gone; linked channels are heard with the room's, as long as they
// are linked; whispers are not heard.
func TestWhoIsInTheRoom(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	tags := map[string]byte{"Ana": 1, "Ben": 2}
	l, _ := bottest.Visit(t, connector(t, mumble.Config{URL: s.URL("Lobby")}))
	enter(t, s.URL(), "Ana", roomtest.Tagged(tags["Ana"]))
	enter(t, s.URL("Lobby", "Waiting"), "Ben", roomtest.Tagged(tags["Ben"]))
	step := func(what string, holds func() bool, do func(*mumbletest.Admin) error) {
		t.Helper()
		s.admin(t, do)
		waittest.Until(t, what, holds)
	}
	step("Ana, who was moved in", func() bool { return l.Here("Ana") }, func(a *mumbletest.Admin) error { return a.Move("Ana", "Lobby") })
	if err := l.Hears(tags, "Ana"); err != nil {
		t.Fatal(err)
	}
	if l.Here("Ben") {
		t.Error("Ben is in another channel")
	}
	step("Ben, by a link", func() bool { return l.Here("Ben") }, func(a *mumbletest.Admin) error { return a.Link("Lobby", "Waiting", true) })
	if err := l.Hears(tags, "Ana", "Ben"); err != nil {
		t.Fatal(err)
	}
	step("Ben's leaving, with the link", func() bool { return !l.Here("Ben") }, func(a *mumbletest.Admin) error {
		return a.Link("Lobby", "Waiting", false)
	})
	step("Ana's leaving", func() bool { return !l.Here("Ana") }, func(a *mumbletest.Admin) error { return a.Move("Ana", "") })
	if err := l.Right(tags, "Ana", "Ben"); err != nil {
		t.Error(err)
	}
}

// TestEnds: what others do to the bot ends its stay, with the reason.
func TestEnds(t *testing.T) {
	t.Parallel()
	s, yes := start(t, ""), true
	for name, x := range map[string]struct {
		do   func(a *mumbletest.Admin) error
		want models.EndReason
		word string
	}{
		"moved":    {func(a *mumbletest.Admin) error { return a.Move(botName, "") }, models.EndRemoved, "moved"},
		"deafened": {func(a *mumbletest.Admin) error { return a.Change(botName, wire.UserState{Deaf: &yes}) }, models.EndDenied, "deafened"},
		"kicked":   {func(a *mumbletest.Admin) error { return a.Kick(botName) }, models.EndRemoved, "removed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, ended := bottest.Visit(t, connector(t, mumble.Config{URL: s.URL("Lobby")}))
			s.admin(t, x.do)
			checkEnd(t, <-ended, x.want, x.word)
		})
	}
	_, ended := bottest.Visit(t, connector(t, mumble.Config{URL: s.URL("Lobby")}))
	bottest.Visit(t, connector(t, mumble.Config{URL: s.URL("Lobby")})) // the same name from the same address
	checkEnd(t, <-ended, models.EndReplaced, "another client")
}

func checkEnd(t *testing.T, err error, want models.EndReason, word string) {
	t.Helper()
	var end *bot.EndError
	if !errors.As(err, &end) || end.Reason != want || end.Retry || !strings.Contains(err.Error(), word) {
		t.Errorf("it ended with %v, want %s for good (%s)", err, want, word)
	}
}

// TestAnotherCertificate: a server that comes back with another certificate is refused, with what to do.
func TestAnotherCertificate(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	store := mumble.NewStore(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := connector(t, mumble.Config{URL: s.URL(), Store: store})
	left := make(chan error, 1)
	l := roomtest.NewListener()
	go func() { left <- first.Run(ctx, l) }()
	waittest.Until(t, "the first join", l.Inside)
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatalf("the first join: %v", err)
	}
	s.Kill()
	if err := s.Anew(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := connector(t, mumble.Config{URL: s.URL(), Store: store}).Run(t.Context(), roomtest.NewListener())
	checkEnd(t, err, models.EndFailedAuth, "certificate has changed")
	if !strings.Contains(models.Hint(err), "remove ") {
		t.Errorf("hint %q", models.Hint(err))
	}
}

// TestPassword: a server with a password lets in who has it, and tells who has not.
func TestPassword(t *testing.T) {
	t.Parallel()
	s, err := mumbletest.Start(t.Context(), t.TempDir(), "serverpassword=hush")
	if errors.Is(err, mumbletest.ErrAbsent) || testing.Short() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	for _, password := range []string{"", "guess"} {
		_, ended := bottest.Visit(t, connector(t, mumble.Config{URL: s.URL(), Password: password}))
		err := <-ended
		checkEnd(t, err, models.EndFailedAuth, "password")
		if !strings.Contains(models.Hint(err), "EARSHOT_MUMBLE_PASSWORD") {
			t.Errorf("hint %q", models.Hint(err))
		}
	}
	if l, _ := bottest.Visit(t, connector(t, mumble.Config{URL: s.URL(), Password: "hush"})); !l.Inside() {
		t.Error("the right password does not open it")
	}
}

// TestToken: a channel with a password lets in who has it.
func TestToken(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	s.admin(t, func(a *mumbletest.Admin) error {
		return errors.Join(a.Channel("", "Vault"), a.Close("Vault", "sesame"))
	})
	if l, _ := bottest.Visit(t, connector(t, mumble.Config{URL: s.URL("Vault"), Tokens: []string{"sesame"}})); !l.Inside() {
		t.Error("the right token does not open it")
	}
}
