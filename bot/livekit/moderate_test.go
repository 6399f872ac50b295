package livekit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/bot/internal/roomtest"
	"earshot/bot/livekit"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/waittest"
)

// do carries an order out and waits for its effect. A server that does not answer in time is asked again, as a room does.
func do(t *testing.T, c *livekit.Connector, o bot.Command) {
	t.Helper()
	waittest.Until(t, "the order to "+string(o.Verb), func() bool {
		err := c.Execute(t.Context(), o)
		var refused *bot.RefusalError
		if errors.As(err, &refused) || errors.Is(err, bot.ErrAbsent) || errors.Is(err, bot.ErrNotJoined) {
			t.Fatalf("%s: %v", o.Verb, err)
		}
		return err == nil
	})
	waittest.Until(t, "the effect of "+string(o.Verb), func() bool { ok, _ := c.Effect(o); return ok })
}

// TestActions: lines come in the form that LiveKit's own clients read, who is moved is shown so, and who is removed is told.
func TestActions(t *testing.T) {
	s := server(t, "")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	bo := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "bo"})
	r, c := newRoom(), connector(t, livekit.Config{URL: s.URL("x")})
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbMute, Target: "ana"}); !errors.Is(err, bot.ErrNotJoined) {
		t.Errorf("before the join: %v", err)
	}
	listen(t, c, r)
	r.until(t, "both sounds", func() bool { return r.tracks["ana"] != nil && r.tracks["bo"] != nil })

	do(t, c, bot.Command{Verb: models.VerbMessage, Text: "hello all"})
	do(t, c, bot.Command{Verb: models.VerbMessage, Target: "bo", Text: "hello bo"})
	waittest.Until(t, "the lines", func() bool { return len(bo.lines()) == 2 && len(ana.lines()) == 1 })
	if l := bo.lines()[1]; !strings.HasPrefix(l, "earshot lk-chat-topic {") || !strings.Contains(l, `"message":"hello bo"`) {
		t.Errorf("Bo got %q", l)
	}

	do(t, c, bot.Command{Verb: models.VerbToAudience, Target: "ana"})
	r.until(t, "Ana among the audience", func() bool { return r.people["ana"].Role == models.RoleGuest })
	do(t, c, bot.Command{Verb: models.VerbToStage, Target: "ana"})
	r.until(t, "Ana on the stage", func() bool { return r.people["ana"].Role != models.RoleGuest })

	do(t, c, bot.Command{Verb: models.VerbRemove, Target: "bo"})
	var end *bot.EndError
	if err := bo.end(t); !errors.As(err, &end) || end.Reason != models.EndRemoved {
		t.Errorf("Bo's stay ended with %v", err)
	}
	r.until(t, "Bo's leaving", func() bool { _, there := r.people["bo"]; return !there })
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbMute, Target: "bo"}); !errors.Is(err, bot.ErrAbsent) {
		t.Errorf("muting somebody who is gone: %v", err)
	}
	var refused *bot.RefusalError
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbBan, Target: "ana"}); !errors.As(err, &refused) {
		t.Errorf("ban: %v", err)
	}
}

// TestListenerOnly: a ready token without rights joins, says so, and is refused clearly.
func TestListenerOnly(t *testing.T) {
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	yes, no := true, false
	token, err := keys.Sign(
		livekit.Claims{Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes, CanPublishData: &no}},
		time.Now(), time.Minute,
	)
	if err != nil {
		t.Fatal(err)
	}
	r, c := newRoom(), connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: token}})
	listen(t, c, r)
	r.until(t, "Ana's sound", r.hears("ana"))
	r.note(func() {
		if r.can != (bot.Capabilities{}) {
			t.Errorf("the bot can %v", r.can)
		}
	})
	var refused *bot.RefusalError
	err = c.Execute(t.Context(), bot.Command{Verb: models.VerbMute, Target: "ana"})
	if !errors.As(err, &refused) || strings.Contains(err.Error(), token) || !strings.Contains(err.Error(), "roomAdmin") {
		t.Errorf("mute without the right: %v", err)
	}
}

// TestRights: rights that are given or taken during the stay are told, and lines go by the way that is open. Without the
// right to listen the stay is over.
func TestRights(t *testing.T) {
	s := server(t, "")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	yes := true
	token, err := keys.Sign(
		livekit.Claims{Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes, CanPublishData: &yes}},
		time.Now(), time.Minute,
	)
	if err != nil {
		t.Fatal(err)
	}
	r, c := newRoom(), connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: token}})
	stop := listen(t, c, r)
	r.until(t, "the right to speak", func() bool { return r.can == bot.Capabilities{Message: true, PrivateMessage: true} })
	do(t, c, bot.Command{Verb: models.VerbMessage, Text: "hello"})
	waittest.Until(t, "the line", func() bool { return len(ana.lines()) == 1 && strings.HasPrefix(ana.lines()[0], "ear ") })

	ctx, service := admin(t, s, "x")
	grant := func(p *lk.ParticipantPermission) {
		if _, err := service.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{Room: "x", Identity: "ear", Permission: p}); err != nil {
			t.Fatal(err)
		}
	}
	grant(&lk.ParticipantPermission{CanSubscribe: true})
	r.until(t, "the loss of the right to speak", func() bool { return r.can == bot.Capabilities{} })
	var refused *bot.RefusalError
	if err := c.Execute(t.Context(), bot.Command{Verb: models.VerbMessage, Text: "hello"}); !errors.As(err, &refused) {
		t.Errorf("a line without the right: %v", err)
	}
	grant(&lk.ParticipantPermission{CanPublishData: true})
	if got, again := reason(t, stop); got != models.EndDenied || again {
		t.Errorf("ended as %s, again %v", got, again)
	}
}

// TestPosted: without a word of its own in the room, a moderator's lines go by the server, and come back.
func TestPosted(t *testing.T) {
	s := server(t, "")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	yes, no := true, false
	token, err := keys.Sign(
		livekit.Claims{
			Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, RoomAdmin: true, CanSubscribe: &yes, CanPublishData: &no},
		},
		time.Now(), time.Minute,
	)
	if err != nil {
		t.Fatal(err)
	}
	r, c := newRoom(), connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: token}})
	listen(t, c, r)
	do(t, c, bot.Command{Verb: models.VerbMessage, Text: "to all"})
	do(t, c, bot.Command{Verb: models.VerbMessage, Target: "ana", Text: "to ana"})
	waittest.Until(t, "the lines", func() bool { return len(ana.lines()) == 2 && strings.HasPrefix(ana.lines()[0], " lk-chat-topic ") })
}

// TestClimb: who unmutes at once is moved to the audience by the room's supervision; who comes back after a removal is
// told of.
func TestClimb(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "eve", Stubborn: true})
	c := connector(t, livekit.Config{URL: s.URL("x")})
	heard, notes := make(chan struct{}, 1), make(chan string, 100)
	b, err := room.New(room.Config{
		Room: models.Room{ID: "x"}, Session: models.Session{ID: "s", Epoch: 1}, Connector: c, Sink: nowhere{}, Log: log(t),
		Watch: func(s room.Status) {
			if s.Note != "" {
				notes <- s.Note
			} else if s.State == room.StateListening {
				select {
				case heard <- struct{}{}:
				default:
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan models.EndReason, 1)
	go func() { reason, _ := b.Run(ctx); ended <- reason }()
	<-heard
	mute := func() room.Result {
		return b.Act(t.Context(), models.Action{ID: "a", Verb: models.VerbMute, TargetID: "eve"}, room.ActOptions{})
	}
	out := mute()
	for began := time.Now(); out.Done != models.VerbToAudience && time.Since(began) < roomtest.Patience; {
		out = mute() // on a busy machine Eve is not so quick each time
	}
	if out.Action.State != models.ActionFailed || out.Done != models.VerbToAudience {
		t.Errorf("outcome %+v", out)
	}
	out = b.Act(t.Context(), models.Action{ID: "b", Verb: models.VerbRemove, TargetID: "eve"}, room.ActOptions{})
	if out.Action.State != models.ActionSeen || out.Done != models.VerbRemove {
		t.Errorf("outcome %+v", out)
	}
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "eve"})
	for late, told := time.After(roomtest.Patience), false; !told; {
		select {
		case note := <-notes:
			told = note == "eve was removed and is back"
		case <-late:
			t.Fatal("nobody says that Eve is back")
		}
	}
	cancel()
	if r := <-ended; r != models.EndStopped {
		t.Errorf("ended as %s", r)
	}
}

// nowhere stores nothing.
type nowhere struct{}

func (nowhere) Clip(context.Context, models.Clip) error       { return nil }
func (nowhere) Gap(context.Context, models.Gap) error         { return nil }
func (nowhere) Speaker(context.Context, models.Speaker) error { return nil }
