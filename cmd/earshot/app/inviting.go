package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/room"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/roomtimes"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
)

// Inviter handles invitations to a service, from the pages, the API and the command line.
type Inviter struct {
	store    store.Store
	sessions *live.Sessions
	fleet    *fleet.Fleet
	rooms    *host
	times    *roomtimes.Scheduler
	base     string // of the pages' address, as moderators open it
	log      *slog.Logger
}

// Terms says what the bot would do and keep in a room, without inviting it. models.ErrInvalid: there can be no such room.
func (n *Inviter) Terms(ctx context.Context, i models.Invitation) (models.Terms, error) {
	at, err := models.ParseAddress(i.URL)
	if err != nil {
		return models.Terms{}, invalid(err)
	}
	if err := n.rooms.profiles.Check(i.Profile, n.rooms.cfg); err != nil {
		return models.Terms{}, invalid(err)
	}
	p := n.rooms.profiles.of(i.Profile)
	_, err = n.rooms.servers.reach(ctx, at)
	strange := errors.Is(err, models.ErrForbidden)
	if err != nil && !strange {
		return models.Terms{}, err
	}
	room := at.RoomAt(i.URL, i.Name)
	room.Profile = i.Profile
	notice := botNotice(p.cfg, i.URL)
	return models.Terms{
		Room: room, Server: at.Server(), Strange: strange, Notice: notice.Text(), NoChat: notice.NoChat, Rules: n.sessions.RulesName(p.name),
		Mode: p.cfg.Mode, Keep: afterwards.Clocks(p.cfg.Retention),
		ModerateOnly: p.cfg.ModerateOnly,
	}, nil
}

// Invite sends the bot into a room until the room is over. models.ErrConflict: it is already there; models.ErrInvalid: there can be
// no such room; models.ErrUnavailable: it cannot join now.
func (n *Inviter) Invite(ctx context.Context, i models.Invitation) (models.RoomState, error) {
	if err := n.rooms.quota.Admit(ctx); err != nil {
		return models.RoomState{}, fmt.Errorf("%w: %w", models.ErrUnavailable, err)
	}
	if err := n.allow(ctx, i); err != nil {
		return models.RoomState{}, err
	}
	if err := n.rooms.profiles.Check(i.Profile, n.rooms.cfg); err != nil {
		return models.RoomState{}, invalid(err)
	}
	if at, err := models.ParseAddress(i.URL); err == nil {
		if state, waits := n.fleet.Summon(at.ID()); waits { // with the configuration's name and profile
			return state, n.store.Note(ctx, i.By, "invited the bot", state.Room, "")
		}
	}
	state, err := n.fleet.Join(ctx, fleet.JoinRequest{Address: i.URL, Name: i.Name, Profile: i.Profile})
	if errors.Is(err, fleet.ErrThere) {
		state, err = n.summonElsewhere(ctx, i, err)
	}
	switch {
	case errors.Is(err, models.ErrForbidden):
		return state, err
	case errors.Is(err, fleet.ErrStarting), errors.Is(err, fleet.ErrStopping), errors.Is(err, fleet.ErrDraining):
		return state, fmt.Errorf("%w: %w", models.ErrUnavailable, err)
	case errors.Is(err, fleet.ErrThere):
		return state, fmt.Errorf("%w: %w", models.ErrConflict, err)
	case err != nil:
		return state, invalid(err)
	}
	n.log.Info("invited", "room", state.Room, "profile", i.Profile, "by", i.By)
	return state, n.store.Note(ctx, i.By, "invited the bot", state.Room, "")
}

// summonElsewhere has another process, whose room it is, come to it if it waits for its time. there is returned if it listens, or is on
// its way.
func (n *Inviter) summonElsewhere(ctx context.Context, i models.Invitation, there error) (models.RoomState, error) {
	at, err := models.ParseAddress(i.URL)
	if err != nil || n.fleet.Has(at.ID()) {
		return models.RoomState{}, there
	}
	live, err := n.store.Sessions(ctx, models.SessionQuery{Room: at.ID(), Live: true, Limit: 1})
	if err != nil {
		return models.RoomState{}, err
	}
	if len(live) > 0 || n.fleet.Ask(ctx, at.ID(), models.RoomAsksCome) != nil {
		return models.RoomState{}, there
	}
	return models.RoomState{Room: at.ID(), URL: i.URL, Name: i.Name, State: string(room.StateJoining)}, nil
}

// allow records that an owner allowed an invitation's server.
func (n *Inviter) allow(ctx context.Context, i models.Invitation) error {
	if !i.AllowServer {
		return nil
	}
	return n.AllowServer(ctx, models.AllowedServer{Server: i.URL, Private: i.PrivateServer, By: i.By})
}

// Servers lists the room servers that owners have allowed.
func (n *Inviter) Servers(ctx context.Context) ([]models.AllowedServer, error) {
	return n.store.AllowedServers(ctx)
}

// AllowServer lets the bot be invited to the server of an address. models.ErrInvalid: not an address.
func (n *Inviter) AllowServer(ctx context.Context, a models.AllowedServer) error {
	at, err := models.ParseServer(a.Server)
	if err != nil {
		return invalid(err)
	}
	a.Server = at.Server()
	n.log.Info("room server allowed", "server", a.Server, "private", a.Private, "by", a.By)
	return n.store.AllowServer(ctx, a)
}

// ForbidServer withdraws that permission. The bot leaves the rooms there to which it was invited. models.ErrNotFound: the server was
// not allowed.
func (n *Inviter) ForbidServer(ctx context.Context, server, by string) error {
	at, err := models.ParseServer(server)
	if err != nil {
		return invalid(err)
	}
	err = n.store.ForbidServer(ctx, at.Server(), by, time.Now())
	if errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("no server %s is allowed: %w", at.Server(), models.ErrNotFound)
	}
	if err != nil {
		return err
	}
	for _, state := range n.fleet.States() {
		there, err := models.ParseServer(state.URL)
		if err == nil && there.Server() == at.Server() && !n.rooms.servers.keys.Names(at.Server()) {
			_, _ = n.fleet.Leave(state.Room) // it may have left by itself
		}
	}
	return nil
}

// Leave sends the bot out of a room; out of one that another process hears, within a second or two. To a room of the configuration it
// returns at its next scheduled time or after a day; returns says when, if that is known here.
func (n *Inviter) Leave(ctx context.Context, room, by string) (returns time.Time, err error) {
	if returns, err = n.fleet.Leave(room); errors.Is(err, fleet.ErrNotThere) {
		err = n.fleet.Ask(ctx, room, models.RoomAsksLeave)
	}
	if err != nil {
		return returns, fmt.Errorf("%w: %w", models.ErrNotFound, err)
	}
	return returns, n.store.Note(ctx, by, "sent the bot out", room, "")
}

// Link makes a link with which somebody can invite the bot once, without logging in.
func (n *Inviter) Link(ctx context.Context, i models.Invitation) (string, error) {
	t, err := n.Terms(ctx, i)
	if err == nil && t.Strange && !i.AllowServer {
		err = errStrange(t.Server)
	}
	if err == nil {
		err = n.allow(ctx, i)
	}
	if err != nil {
		return "", err
	}
	i.AllowServer, i.PrivateServer = false, false // following a link allows no server
	secret := strings.ToLower(rand.Text() + rand.Text())
	if err := n.store.PutInvitation(ctx, linkHash(secret), i); err != nil {
		return "", err
	}
	return strings.TrimRight(n.base, "/") + "/invite/" + secret, nil
}

// Linked finds the invitation of a link; models.ErrNotFound: the link is not valid.
func (n *Inviter) Linked(ctx context.Context, secret string) (models.Invitation, error) {
	return n.store.Invitation(ctx, linkHash(secret), time.Now())
}

// Follow uses up a link and sends the bot. A link that cannot be followed now stays valid.
func (n *Inviter) Follow(ctx context.Context, secret string) (models.RoomState, error) {
	store := n.store
	i, err := store.TakeInvitation(ctx, linkHash(secret), time.Now())
	if err != nil {
		return models.RoomState{}, err
	}
	asked := i
	asked.By = i.By + "'s link"
	state, err := n.Invite(ctx, asked)
	if err != nil {
		err = errors.Join(err, store.PutInvitation(context.WithoutCancel(ctx), linkHash(secret), i))
	}
	return state, err
}

func linkHash(secret string) string {
	sum := sha256.Sum256([]byte("invitation " + secret))
	return hex.EncodeToString(sum[:])
}

// invalid marks an error as the caller's fault and keeps its hint.
func invalid(err error) error {
	return models.WithHint(fmt.Errorf("%w: %w", models.ErrInvalid, err), models.Hint(err))
}

// States lists the rooms that the bot is in or joining, with their listening state.
func (n *Inviter) States() []models.RoomState {
	out, deaf := n.fleet.States(), n.sessions.DeafTo()
	for i, x := range out {
		out[i].Paused, out[i].Deaf = n.sessions.Hosts().Paused(context.Background(), x.Room), deaf[x.Room]
	}
	return out
}
