package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"earshot/bot/livekit"
	"earshot/models"
)

// staleEvent is the age at which a webhook no longer says how things are: the server sends one again for a while.
const staleEvent = time.Minute

// invitations brings the service into rooms that a LiveKit server sends it to.
type invitations struct {
	service *service
	worker  *livekit.Worker // nil: no dispatch
	hook    http.Handler    // nil: no webhooks
	load    *loadMeter
	log     *slog.Logger

	mu sync.Mutex
	// sentAway are rooms that don't want the bot, until they are over.
	sentAway map[string]bool
}

// NewInvitations checks the settings; nothing is connected yet. It is nil when nobody may invite.
func NewInvitations(v *service) (*invitations, error) {
	s := v.station
	c := s.cfg.LiveKit
	if c.URL == "" || c.Dispatch == "none" && c.Webhook == "" {
		return nil, nil
	}
	at, err := models.ParseServer(c.URL)
	if err != nil {
		return nil, fmt.Errorf("livekit.url: %w", err)
	}
	auth, err := liveKitAuth(s.Keys.Of(at))
	if err != nil {
		return nil, err
	}
	if auth.Key == "" || auth.Secret == "" {
		return nil, models.WithHint(errors.New("livekit.url: the server's key and secret are missing"),
			"set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and LIVEKIT_URL where there are several servers, or name files for it under servers")
	}
	if err := s.profiles.Check(c.Profile, s.cfg); err != nil {
		return nil, fmt.Errorf("livekit.profile: %w", err)
	}
	auth.Token = "" // a ready token is for one room
	n := &invitations{service: v, load: newLoadMeter(len(s.Speech.Engines), s.text.Stats), log: s.Log, sentAway: map[string]bool{}}
	if c.Webhook != "" {
		n.hook = livekit.Webhook(livekit.WebhookConfig{URL: c.URL, Auth: auth, Told: n.told, Log: s.Log})
	}
	if c.Dispatch == "none" {
		return n, nil
	}
	agent := c.Agent
	if c.Dispatch == "every" {
		agent = ""
	}
	n.worker, err = livekit.NewWorker(livekit.WorkerConfig{
		URL: c.URL, Auth: auth, Agent: agent, Name: BotName, Hidden: c.Hidden, Load: n.busy, Full: c.LoadThreshold,
		Wanted: n.wanted, Invited: n.invited, Peer: s.Peers, Log: s.Log,
	})
	return n, err
}

// run waits for dispatches until the context ends. A server that refuses the credentials ends the waiting, not the service:
// other rooms go on.
func (n *invitations) run(ctx context.Context) {
	if n == nil || n.worker == nil {
		return
	}
	if err := n.worker.Run(ctx); ctx.Err() == nil {
		n.log.Error("this LiveKit server sends no rooms any more", "err", err, "hint", models.Hint(err))
	}
}

// busy is the load as a part of the whole; a spool without room is a full machine.
func (n *invitations) busy() float64 {
	if n.service.station.quota.Admit(context.Background()) != nil {
		return 1
	}
	return n.load.read()
}

// wish is a room as the service joins it.
func (n *invitations) wish(room models.Room) Wish {
	return Wish{Address: room.URL, Profile: n.service.station.cfg.LiveKit.Profile}
}

// wanted says whether to take a room that the server offers.
func (n *invitations) wanted(room models.Room) bool { return !n.service.there(room.ID) }

// invited listens in a room until it is over or the server takes it back.
func (n *invitations) invited(ctx context.Context, i livekit.Invitation) error {
	w := n.wish(i.Room)
	i.Room.Profile = w.Profile
	g, err := n.service.enter(w, i.Room, false)
	if err != nil {
		return err
	}
	defer n.service.exit(g)
	defer context.AfterFunc(ctx, func() { g.leave(context.Cause(ctx)) })()
	n.load.took()
	if reason := n.service.stay(g.ctx, g, i.Connector, false); reason == models.EndFailedAuth || reason == models.EndFailedICE ||
		reason == models.EndFailedServer {
		return errors.New(string(reason))
	}
	return nil
}

// told comes to a room that somebody has entered, and leaves one that is over.
func (n *invitations) told(e livekit.Event) {
	if e.Kind == livekit.EventRoomStarted || e.Kind == livekit.EventRoomFinished {
		n.mu.Lock()
		delete(n.sentAway, e.Room.ID)
		n.mu.Unlock()
	}
	switch {
	case e.Kind == livekit.EventRoomFinished:
		_, _ = n.service.end(e.Room.ID, models.EndRoomClosed) // mostly it has seen that itself
	case e.Kind == livekit.EventJoined && time.Since(e.At) < staleEvent:
		n.come(e.Room)
	}
}

// come joins a room that a webhook told of, unless the bot is there or was sent away.
func (n *invitations) come(room models.Room) {
	n.mu.Lock()
	unwanted := n.sentAway[room.ID]
	n.mu.Unlock()
	if unwanted || n.service.there(room.ID) {
		return
	}
	if n.busy() >= n.service.station.cfg.LiveKit.LoadThreshold {
		n.log.Warn("not coming to a room: this machine has enough to do", "room", room.ID)
		return
	}
	w := n.wish(room)
	room, connector, err := n.service.station.Connector(context.Background(), w)
	var g *guest
	if err == nil {
		g, err = n.service.enter(w, room, false)
	}
	if err != nil {
		if !errors.Is(err, errRoomThere) {
			n.log.Warn("could not come to a room", "room", room.ID, "err", err)
		}
		return
	}
	n.load.took()
	go func() {
		defer n.service.exit(g)
		if reason := n.service.stay(g.ctx, g, connector, false); over(reason) {
			n.mu.Lock()
			n.sentAway[room.ID] = true
			n.mu.Unlock()
		}
	}()
}

// hooked puts the webhooks' path before the pages: the server's signature stands for a login.
func (n *invitations) hooked(pages http.Handler) http.Handler {
	if n == nil || n.hook == nil {
		return pages
	}
	path := n.service.station.cfg.LiveKit.Webhook
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path {
			n.hook.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}
