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
	"earshot/models/waittest"
)

// TestRename: the bot's name in the room changes and comes back, with the server's key and with a ready token that lets
// it change its own; a token that lets it do neither says so.
func TestRename(t *testing.T) {
	s := server(t, "")
	yes := true
	tests := []struct {
		name  string
		grant *livekit.Grant // nil: the server's key
		may   bool
	}{
		{"key", nil, true},
		{"own", &livekit.Grant{CanUpdateOwnMetadata: &yes}, true},
		{"neither", &livekit.Grant{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			enter(t, livekit.PublishConfig{URL: s.URL(tt.name), Identity: "ana"})
			cfg, before := livekit.Config{URL: s.URL(tt.name)}, "Earshot"
			if tt.grant != nil {
				before = "The ear"
				tt.grant.Room, tt.grant.RoomJoin, tt.grant.CanSubscribe = tt.name, true, &yes
				token, err := keys.Sign(livekit.Claims{Identity: "earshot", Name: before, Video: tt.grant}, time.Now(), time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				cfg.Auth = livekit.Credentials{Token: token}
			}
			r, c := newRoom(), connector(t, cfg)
			ctx, cancel := context.WithTimeout(t.Context(), roomtest.Patience)
			defer cancel()
			if err := c.Rename(ctx, "x"); !errors.Is(err, bot.ErrNotJoined) {
				t.Errorf("before the join: %v", err)
			}
			listen(t, c, r)
			call, service := admin(t, s, tt.name)
			shows := func(name string) { // its store is behind the room
				t.Helper()
				waittest.Until(t, "the name "+name, func() bool {
					p, err := service.GetParticipant(call, &lk.RoomParticipantIdentity{Room: tt.name, Identity: "earshot"})
					return err == nil && p.GetName() == name
				})
			}
			err := c.Rename(ctx, "Earshot (paused)")
			if !tt.may {
				var refused *bot.RefusalError
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), "canUpdateOwnMetadata") {
					t.Error(err)
				}
				shows(before)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			shows("Earshot (paused)")
			if err := c.Rename(ctx, ""); err != nil {
				t.Fatal(err)
			}
			shows(before)
		})
	}
}
