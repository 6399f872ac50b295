package livekit

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lk "github.com/livekit/protocol/livekit"

	"earshot/bot/peer"
	"earshot/models"
)

// TestSign: another implementation reads our tokens.
func TestSign(t *testing.T) {
	c := Credentials{Key: "k", Secret: "s3cret"}
	yes := true
	token, err := c.Sign(
		Claims{Identity: "ear", Kind: "agent", Video: &Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes}}, time.Now(), time.Minute,
	)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.Parse(
		token, func(*jwt.Token) (any, error) { return []byte("s3cret"), nil }, jwt.WithIssuer("k"), jwt.WithSubject("ear"),
		jwt.WithExpirationRequired(),
	)
	if err != nil {
		t.Fatal(err)
	}
	video := parsed.Claims.(jwt.MapClaims)["video"]
	if got := fmt.Sprint(video); got != "map[canSubscribe:true room:x roomJoin:true]" {
		t.Errorf("video = %s", got)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", c, &c, c, slog.AnyValue(c).Resolve()); strings.Contains(text, "s3cret") {
		t.Errorf("credentials print as %q", text)
	}
}

func TestVerify(t *testing.T) {
	c, now := Credentials{Key: "k", Secret: "s"}, time.Unix(1e9, 0)
	good, _ := c.Sign(Claims{SHA256: "h"}, now, time.Minute)
	other, _ := Credentials{Key: "k", Secret: "other"}.Sign(Claims{}, now, time.Minute)
	stranger, _ := Credentials{Key: "x", Secret: "s"}.Sign(Claims{}, now, time.Minute)
	none := rawURL.EncodeToString([]byte(`{"alg":"none"}`)) + "." + rawURL.EncodeToString([]byte(`{"iss":"k","exp":2000000000}`)) + "."
	if got, err := c.verify(good, now); err != nil || got.SHA256 != "h" {
		t.Errorf("verify = %+v, %v", got, err)
	}
	for name, tt := range map[string]struct {
		token string
		at    time.Time
	}{
		"late": {
			good, now.Add(2 * time.Minute),
		}, "early": {good, now.Add(-time.Minute)}, "other secret": {other, now}, "other key": {stranger, now},
		"unsigned": {none, now}, "empty": {"", now}, "cut": {good[:len(good)-2], now}, "no JWT": {"a.b.c", now},
	} {
		if _, err := c.verify(tt.token, tt.at); !errors.Is(err, errToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (Credentials{Key: "k"}).verify(other, now); err == nil {
		t.Error("an empty secret verifies")
	}
}

func FuzzVerify(f *testing.F) {
	c, now := Credentials{Key: "k", Secret: "s"}, time.Unix(1e9, 0)
	good, _ := c.Sign(Claims{}, now, time.Minute)
	f.Add(good)
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := c.verify(token, now); err == nil && got.Issuer != "k" {
			t.Errorf("%q was taken", token)
		}
	})
}

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]address{
		"livekit://127.0.0.1:7880/open-mic":       {"ws://127.0.0.1:7880", "http://127.0.0.1:7880", "open-mic"},
		"livekit://localhost:7880/x":              {"ws://localhost:7880", "http://localhost:7880", "x"},
		"livekit://rooms.example/open%20mic":      {"wss://rooms.example", "https://rooms.example", "open mic"},
		"livekit://rooms.example/sfu/x":           {"wss://rooms.example/sfu", "https://rooms.example/sfu", "x"},
		"livekit+ws://rooms.example:7880/x":       {"ws://rooms.example:7880", "http://rooms.example:7880", "x"},
		"livekit+wss://127.0.0.1/x":               {"wss://127.0.0.1", "https://127.0.0.1", "x"},
		"livekit://[::1]:7880/x":                  {"ws://[::1]:7880", "http://[::1]:7880", "x"},
		"livekit://rooms.example":                 {},
		"livekit://rooms.example/":                {},
		"livekit:///x":                            {},
		"livekit://user:pw@rooms.example/x":       {},
		"livekit://rooms.example/x?token=hide":    {},
		"wss://rooms.example/x":                   {},
		"livekit://rooms.example/x#pw":            {},
		"livekit://\x7f/x":                        {},
		"livekit://h/" + strings.Repeat("x", 300): {},
	} {
		got, err := parseURL(raw)
		if got != want || (err == nil) != (want != address{}) {
			t.Errorf("parseURL(%q) = %+v, %v", raw, got, err)
		}
		if err != nil && (models.Hint(err) == "" || strings.Contains(err.Error(), "pw") || strings.Contains(err.Error(), "hide")) {
			t.Errorf("parseURL(%q): %v (hint %q)", raw, err, models.Hint(err))
		}
	}
}

// TestNew: what cannot work is refused before anything is connected.
func TestNew(t *testing.T) {
	f, err := peer.New(peer.Config{})
	if err != nil {
		t.Fatal(err)
	}
	keys := Credentials{Key: "k", Secret: "s"}
	token := func(g *Grant) Credentials {
		s, _ := keys.Sign(Claims{Video: g}, time.Now(), time.Minute)
		return Credentials{Token: s}
	}
	for name, tt := range map[string]struct {
		auth Credentials
		ok   bool
	}{
		"key": {keys, true}, "token": {
			token(&Grant{RoomJoin: true, Room: "x"}), true,
		}, "token for any room": {token(&Grant{RoomJoin: true}), true},
		"nothing": {}, "no secret": {auth: Credentials{Key: "k"}}, "no token": {auth: Credentials{Token: "x"}},
		"other room": {auth: token(&Grant{RoomJoin: true, Room: "y"})}, "no join": {auth: token(&Grant{Room: "x"})},
	} {
		_, err := New(Config{URL: "livekit://127.0.0.1:1/x", Auth: tt.auth, Peer: f})
		if (err == nil) != tt.ok || err != nil &&
			(models.Hint(err) == "" || tt.auth.Token != "" && len(tt.auth.Token) > 5 && strings.Contains(err.Error(), tt.auth.Token)) {
			t.Errorf("%s: %v (hint %q)", name, err, models.Hint(err))
		}
	}
}

// TestRoles: a role counts when its owner cannot set it.
func TestRoles(t *testing.T) {
	attr := func(r string) map[string]string { return map[string]string{RoleAttribute: r} }
	for name, tt := range map[string]struct {
		p    *lk.ParticipantInfo
		want models.Role
	}{
		"host": {&lk.ParticipantInfo{Attributes: attr("host"), Permission: &lk.ParticipantPermission{}}, models.RoleHost},
		"self-made": {
			&lk.ParticipantInfo{Attributes: attr("host"), Permission: &lk.ParticipantPermission{CanUpdateMetadata: true}},
			models.RoleGuest,
		},
		"untold":    {&lk.ParticipantInfo{Attributes: attr("host")}, models.RoleSpeaker},
		"by name":   {&lk.ParticipantInfo{Name: "Host", Identity: "host", Permission: &lk.ParticipantPermission{}}, models.RoleGuest},
		"publisher": {&lk.ParticipantInfo{Permission: &lk.ParticipantPermission{CanPublish: true}}, models.RoleSpeaker},
		"listener":  {&lk.ParticipantInfo{Permission: &lk.ParticipantPermission{}}, models.RoleGuest},
		"unknown":   {&lk.ParticipantInfo{Attributes: attr("king"), Permission: &lk.ParticipantPermission{CanPublish: true}}, models.RoleSpeaker},
	} {
		if got := roleOf(tt.p, ""); got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestARoleThatWasSelfMadeStaysSo: who set their role while they might does not get it when the right to set it is taken; a role
// that the server gives then counts.
func TestARoleThatWasSelfMadeStaysSo(t *testing.T) {
	p := newPeople()
	news := func(version uint32, role string, mayUpdate bool) models.Role {
		now, _ := p.put(&lk.ParticipantInfo{
			Sid: "PA_1", Identity: "eve", Version: version, Attributes: map[string]string{RoleAttribute: role},
			Permission: &lk.ParticipantPermission{CanUpdateMetadata: mayUpdate},
		})
		return now.role
	}
	for i, tt := range []struct {
		role string
		may  bool
		want models.Role
	}{
		{"host", true, models.RoleGuest},
		{"host", false, models.RoleGuest},
		{"host", false, models.RoleGuest},
		{"cohost", false, models.RoleCohost},
		{"host", false, models.RoleHost},
	} {
		if got := news(uint32(i+1), tt.role, tt.may); got != tt.want {
			t.Errorf("step %d: the attribute %s is the role %s, want %s", i, tt.role, got, tt.want)
		}
	}
}

// TestPeople: somebody who comes back before the old stay ends is not gone, and old news does not undo newer.
func TestPeople(t *testing.T) {
	p := newPeople()
	p.put(&lk.ParticipantInfo{Sid: "PA_1", Identity: "ana", Version: 2})
	if now, fresh := p.put(&lk.ParticipantInfo{Sid: "PA_1", Identity: "ana", Name: "old", Version: 1}); fresh || now.name() != "ana" {
		t.Error("old news was taken")
	}
	p.put(&lk.ParticipantInfo{Sid: "PA_2", Identity: "ana"})
	if _, gone := p.drop("PA_1"); gone {
		t.Error("ana is gone, and she is there")
	}
	if id, gone := p.drop("PA_2"); !gone || id != "ana" {
		t.Error("ana is not gone")
	}
	if _, gone := p.drop("PA_3"); gone {
		t.Error("somebody unknown is gone")
	}
}

func TestTrackOf(t *testing.T) {
	for in, want := range map[peer.RemoteTrack][2]string{
		{StreamID: "PA_1|TR_2", ID: "TR_2"}: {"PA_1", "TR_2"}, {StreamID: "PA_1|camera", ID: "TR_2"}: {"PA_1", "TR_2"},
		{StreamID: "PA_1|TR_2", ID: "x"}: {"PA_1", "TR_2"}, {StreamID: "s", ID: "x"}: {"s", "x"},
	} {
		if owner, sid := trackOf(in); owner != want[0] || sid != want[1] {
			t.Errorf("trackOf(%+v) = %s, %s", in, owner, sid)
		}
	}
}
