package room_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// puppet is a room whose server obeys, or does what a test wants.
type puppet struct {
	script
	mu     sync.Mutex
	orders []bot.Command
	force  map[models.Verb]bool
	do     func(n int, o bot.Command) error // called for the n-th order; nil: the order is accepted
	effect func(o bot.Command) bool         // nil: every accepted order is in force
}

func (p *puppet) Execute(_ context.Context, o bot.Command) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders = append(p.orders, o)
	if p.do != nil {
		if err := p.do(len(p.orders), o); err != nil {
			return err
		}
	}
	if p.force == nil {
		p.force = map[models.Verb]bool{}
	}
	p.force[o.Verb] = true
	return nil
}

func (p *puppet) Effect(o bot.Command) (bool, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.effect != nil {
		return p.effect(o), "said so"
	}
	return p.force[o.Verb], "said so"
}

func (p *puppet) verbs() (out []models.Verb) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.orders {
		out = append(out, o.Verb)
	}
	return out
}

var everything = bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true, ToAudience: true, Remove: true, Ban: true}

// act lets ana talk until an order is given for which stops returns true, and carries out an action meanwhile.
func act(t *testing.T, p *puppet, can bot.Capabilities, a models.Action, o room.ActOptions, stops func(*puppet) bool) room.Result {
	t.Helper()
	packets := bottest.Sentence(t, time.Minute)
	var out room.Result
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		in := make(chan struct{})
		p.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(can)
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			k := &bottest.Talker{SSRC: 7}
			for i := 0; ctx.Err() == nil; i++ {
				if i == 100 {
					close(in)
				}
				if !stops(p) {
					sink.Packet(k.RTP(packets[50+i%100]), 0)
				}
				bottest.Pause(ctx, 20*time.Millisecond)
			}
			return stay(ctx)
		}}
		r := newRoom(t, room.Config{Connector: p, Sink: &bottest.MemorySink{}})
		ended := make(chan error, 1)
		go func() { _, err := r.Run(ctx); ended <- err }()
		<-in
		out = r.Act(ctx, a, o)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return out
}

func after(verb models.Verb, n int) func(*puppet) bool {
	return func(p *puppet) bool {
		found := 0
		for _, v := range p.verbs() {
			if v == verb {
				found++
			}
		}
		return found >= n
	}
}

func TestAct(t *testing.T) {
	boom := errors.New("busy")
	mute, aud, rem := models.VerbMute, models.VerbToAudience, models.VerbRemove
	tests := []struct {
		name   string
		p      *puppet
		can    bot.Capabilities
		verb   models.Verb
		limit  models.Verb
		quiet  func(*puppet) bool
		done   models.Verb
		verbs  []models.Verb
		within [2]time.Duration
		says   string
	}{
		{
			name: "mute", p: &puppet{}, can: everything, verb: mute, quiet: after(mute, 1), done: mute, verbs: []models.Verb{mute},
			within: [2]time.Duration{800 * time.Millisecond, time.Second}, says: "said so, and nothing is heard",
		},
		{
			name: "mute is taken and the voice goes on", p: &puppet{}, can: everything, verb: mute, quiet: after(aud, 1), done: aud,
			verbs: []models.Verb{mute, mute, aud}, within: [2]time.Duration{6800 * time.Millisecond, 7 * time.Second},
		},
		{
			name: "no harsher than allowed", p: &puppet{}, can: everything, verb: mute, quiet: after(rem, 1),
			verbs: []models.Verb{mute, mute, aud, aud}, within: [2]time.Duration{12 * time.Second, 13 * time.Second},
			says: "mute: said so, but the person is still heard; to_audience: said so, but the person is still heard",
		},
		{
			name: "remove where it is allowed", p: &puppet{}, can: everything, verb: mute, limit: rem, quiet: after(rem, 1), done: rem,
			verbs: []models.Verb{mute, mute, aud, aud, rem}, within: [2]time.Duration{12 * time.Second, 14 * time.Second},
		},
		{
			name: "right missing on one rung", p: &puppet{}, can: bot.Capabilities{ToAudience: true}, verb: mute, quiet: after(aud, 1),
			done: aud, verbs: []models.Verb{aud}, within: [2]time.Duration{800 * time.Millisecond, time.Second},
		},
		{
			name: "no rights", p: &puppet{}, verb: models.VerbBan, quiet: after(mute, 1), within: [2]time.Duration{0, time.Second},
			says: "ban: the bot has no right to do this here",
		},
		{
			name: "busy once", p: &puppet{do: func(n int, _ bot.Command) error {
				if n == 1 {
					return boom
				}
				return nil
			}},
			can: everything, verb: mute, quiet: after(mute, 2), done: mute, verbs: []models.Verb{mute, mute}, within: [2]time.Duration{
				800 * time.Millisecond, time.Second,
			},
		},
		{
			name: "refused", p: &puppet{do: func(int, bot.Command) error { return bot.Refuse("the room's owner cannot be removed", nil) }},
			can: everything, verb: rem, quiet: after(rem, 1), verbs: []models.Verb{rem}, within: [2]time.Duration{0, time.Second},
			says: "remove: the room's owner cannot be removed",
		},
		{
			name: "gone before the mute", p: &puppet{do: func(int, bot.Command) error { return bot.ErrAbsent }}, can: everything, verb: mute,
			quiet: after(mute, 1), verbs: []models.Verb{mute}, within: [2]time.Duration{0, time.Second}, says: "mute: is not in the room",
		},
		{
			name: "gone before the removal", p: &puppet{do: func(int, bot.Command) error { return bot.ErrAbsent }}, can: everything,
			verb: rem, quiet: after(rem, 1), done: rem, verbs: []models.Verb{rem}, within: [2]time.Duration{0, time.Second},
			says: "was no longer in the room",
		},
		{
			name: "no effect", p: &puppet{effect: func(bot.Command) bool { return false }}, can: everything, verb: models.VerbUnmute,
			quiet: after(mute, 1), verbs: []models.Verb{models.VerbUnmute, models.VerbUnmute},
			within: [2]time.Duration{6 * time.Second, 7 * time.Second}, says: "unmute: the server accepted it, but no effect was seen",
		},
		{
			name: "nudge in private", p: &puppet{}, can: everything, verb: models.VerbNudge, quiet: after(mute, 1), done: models.VerbNudge,
			verbs: []models.Verb{models.VerbMessage}, within: [2]time.Duration{0, time.Second},
		},
		{
			name: "nudge before all", p: &puppet{}, can: bot.Capabilities{Message: true}, verb: models.VerbNudge, quiet: after(mute, 1),
			done: models.VerbNudge, verbs: []models.Verb{models.VerbMessage}, within: [2]time.Duration{0, time.Second}, says: "whole room",
		},
		{
			name: "redact", p: &puppet{}, can: everything, verb: models.VerbRedact, quiet: after(mute, 1),
			within: [2]time.Duration{0, time.Second}, says: "redact: is not an action in a room",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := models.Action{ID: "a1", Verb: tt.verb, TargetID: "ana", TargetName: "Ana", Text: "please"}
			out := act(t, tt.p, tt.can, a, room.ActOptions{Limit: tt.limit}, tt.quiet)
			state := models.ActionFailed
			if tt.done == tt.verb { // another verb that took effect instead is not what was wanted
				state = models.ActionSeen
			}
			if out.Done != tt.done || out.Action.State != state || out.Action.Attempts != len(tt.verbs) {
				t.Errorf("done %q, state %q after %d attempts; %+v", out.Done, out.Action.State, out.Action.Attempts, out.Steps)
			}
			if got := tt.p.verbs(); !slices.Equal(got, tt.verbs) {
				t.Errorf("orders %v, want %v", got, tt.verbs)
			}
			if out.Took < tt.within[0] || out.Took > tt.within[1] {
				t.Errorf("took %v, want %v", out.Took, tt.within)
			}
			if said := out.How + out.Action.Error; !strings.Contains(said, tt.says) {
				t.Errorf("says %q, want %q", said, tt.says)
			}
			if sent := !out.Action.Sent.IsZero(); sent != (tt.done != "" || len(tt.verbs) > 1) || out.Seen.IsZero() != (tt.done == "") ||
				out.Action.Seen.IsZero() != (tt.done != tt.verb || tt.done == "") {
				t.Errorf("sent %v, seen %v", out.Action.Sent, out.Action.Seen)
			}
		})
	}
}

// TestActPrivacy: a private message goes to one person if the room supports that, and otherwise says whom it is for.
func TestActPrivacy(t *testing.T) {
	for _, private := range []bool{true, false} {
		p := &puppet{}
		a := models.Action{Verb: models.VerbWarn, TargetID: "ana", TargetName: "Ana", Text: "last warning"}
		act(t, p, bot.Capabilities{Message: true, PrivateMessage: private}, a, room.ActOptions{}, after(models.VerbMute, 1))
		want := bot.Command{Verb: models.VerbMessage, Target: "ana", Text: "last warning"}
		if !private {
			want = bot.Command{Verb: models.VerbMessage, Text: "Ana: last warning"}
		}
		if len(p.orders) != 1 || p.orders[0] != want {
			t.Errorf("orders %+v, want %+v", p.orders, want)
		}
	}
}

// TestActWithoutHands: a connector that can only listen refuses with a reason, and so does a room that has not been joined.
func TestActWithoutHands(t *testing.T) {
	for want, c := range map[string]bot.Connector{"only listen": &script{}, "not in the room": &puppet{}} {
		out := newRoom(t, room.Config{Connector: c, Sink: &bottest.MemorySink{}}).Act(
			t.Context(), models.Action{Verb: models.VerbMute, TargetID: "x"}, room.ActOptions{},
		)
		if out.Action.State != models.ActionFailed || !strings.Contains(out.Action.Error, want) {
			t.Errorf("%+v, want %q", out, want)
		}
	}
}
