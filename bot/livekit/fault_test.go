package livekit_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/relaytest"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/models"
	"earshot/models/waittest"
)

// admin calls the server's RoomService as its owner.
func admin(t *testing.T, s *livekittest.Server, room string) (context.Context, lk.RoomService) {
	t.Helper()
	token, err := keys.Sign(
		livekit.Claims{Video: &livekit.Grant{Room: room, RoomAdmin: true, RoomCreate: true, RoomList: true}}, time.Now(), 10*time.Minute,
	)
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := twirp.WithHTTPRequestHeaders(t.Context(), http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return ctx, lk.NewRoomServiceProtobufClient("http"+strings.TrimSuffix(strings.TrimPrefix(s.URL(""), "livekit"), "/"), client)
}

func deleteRoom(name string) *lk.DeleteRoomRequest { return &lk.DeleteRoomRequest{Room: name} }

// countLog counts the lines of the server's log that hold a text.
func countLog(t *testing.T, s *livekittest.Server, text string) int {
	t.Helper()
	b, err := os.ReadFile(s.Log())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), text)
}

// reason waits for the end of a stay and says why it ended.
func reason(t *testing.T, stop func() error) (models.EndReason, bool) {
	t.Helper()
	err := stop()
	var end *bot.EndError
	if !errors.As(err, &end) {
		t.Fatalf("Run = %v, which names no reason", err)
	}
	return end.Reason, end.Retry
}

// TestReplaced: another client with the bot's identity ends the stay for good.
func TestReplaced(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	stop := listen(t, connector(t, livekit.Config{URL: s.URL("x")}), newRoom())
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "earshot"})
	if got, again := reason(t, stop); got != models.EndReplaced || again {
		t.Errorf("ended as %s, again %v", got, again)
	}
}

// TestTokenIsRenewed: the server renews a ready token for whoever uses it, so that it serves for a later join.
func TestTokenIsRenewed(t *testing.T) {
	s := server(t, "")
	yes := true
	token, err := keys.Sign(
		livekit.Claims{Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes}}, time.Now(), time.Minute,
	)
	if err != nil {
		t.Fatal(err)
	}
	c := connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: token}})
	listen(t, c, newRoom())
	waittest.Until(t, "the newer token", func() bool { return c.Token() != token })
	if later := livekit.Expires(c.Token()) - livekit.Expires(token); later < 60 {
		t.Errorf("it lasts %d s longer", later)
	}
	auth := livekit.Credentials{Token: c.Token()}
	if _, err := livekit.New(livekit.Config{URL: s.URL("x"), Auth: auth, Peer: bottest.Factory(t)}); err != nil {
		t.Errorf("the newer token: %v", err)
	}
}

// TestHidden: the bot is in the list of participants, as an agent, with the recording sign; only when told so it hides.
func TestHidden(t *testing.T) {
	s := server(t, "")
	for room, hidden := range map[string]bool{"shown": false, "hidden": true} { // a room for each: nobody is there twice
		t.Run(room, func(t *testing.T) {
			enter(t, livekit.PublishConfig{URL: s.URL(room), Identity: "ana"})
			r := newRoom()
			listen(t, connector(t, livekit.Config{URL: s.URL(room), Hidden: hidden, Identity: "ear", Name: "Ear"}), r)
			r.until(t, "Ana's sound", r.hears("ana"))
			ctx, service := admin(t, s, room)
			waittest.Until(t, "the bot as the server sees it", func() bool { // its store is behind the room
				me, err := service.GetParticipant(ctx, &lk.RoomParticipantIdentity{Room: room, Identity: "ear"})
				return err == nil && me.GetKind() == lk.ParticipantInfo_AGENT && me.GetPermission().GetHidden() == hidden &&
					me.GetName() == "Ear" && !me.GetPermission().GetCanPublish()
			})
			waittest.Until(t, "the recording sign", func() bool {
				rooms, err := service.ListRooms(ctx, &lk.ListRoomsRequest{Names: []string{room}})
				return err == nil && len(rooms.GetRooms()) == 1 && rooms.GetRooms()[0].GetActiveRecording()
			})
		})
	}
}

// supervise runs a connector again and again, as bot.Room does.
func supervise(t *testing.T, c *livekit.Connector, r *listener) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		for ctx.Err() == nil {
			err := c.Run(ctx, r)
			var end *bot.EndError
			if errors.As(err, &end) && !end.Retry {
				t.Errorf("ended for good: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
	})
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return stop
}

// TestResume: when the signalling breaks the sound goes on, also while it is away, and the signalling is taken up again: no second join.
func TestResume(t *testing.T) {
	s := server(t, "")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	p, err := relaytest.NewTCP(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r := newRoom()
	c := connector(t, livekit.Config{URL: strings.Replace(s.URL("x"), s.Addr(), p.Addr(), 1)})
	listen(t, c, r)
	r.until(t, "Ana's sound", r.hears("ana"))
	do(t, c, bot.Command{Verb: models.VerbMessage, Text: "before"})
	p.Stall(true)
	p.Cut()
	r.until(t, "Ana's sound without signalling", r.hears("ana"))
	p.Stall(false)
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "bo"})
	r.until(t, "Bo's sound", r.hears("bo")) // signalling is needed for this
	r.until(t, "Ana's sound again", r.hears("ana"))
	do(t, c, bot.Command{Verb: models.VerbMessage, Text: "after"})
	waittest.Until(t, "both lines", func() bool { return len(ana.lines()) == 2 && strings.HasPrefix(ana.lines()[1], "earshot ") })
	ana.leave()
	r.until(t, "Ana's leaving", func() bool { _, there := r.people["ana"]; return !there })
	r.note(func() {
		if r.joins != 1 || r.opened != 2 {
			t.Errorf("%d joins and %d tracks, want 1 and 2", r.joins, r.opened)
		}
	})
}
