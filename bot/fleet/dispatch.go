package fleet

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"earshot/bot/livekit"
	"earshot/bot/peer"
	"earshot/models"
)

// staleEvent is the age at which a webhook no longer describes the current state: the server retries deliveries for a while.
const staleEvent = time.Minute

// DispatchConfig configures how a LiveKit server sends the bot into rooms.
type DispatchConfig struct {
	Fleet *Fleet
	// URL is livekit://host[:port], without a room. Auth must hold the server's API key and secret.
	URL  string
	Auth livekit.Credentials
	// Jobs makes the bot accept agent dispatches: those to the agent named Agent, or one for every room that opens if Agent is "".
	Jobs  bool
	Agent string
	// Webhooks makes the bot join rooms that webhooks announce.
	Webhooks bool
	// Profile is the profile of the rooms. Hidden hides the bot from other participants.
	Profile string
	Hidden  bool
	// Full is the load, from 0 to 1, at which no more rooms are accepted.
	Full float64
	// Admit returns an error while this machine accepts no rooms, whatever its load.
	Admit func(context.Context) error
	// Load measures how busy the decoders are.
	Load *LoadMeter
	Peer *peer.Factory
	Log  *slog.Logger
}

// Dispatch brings a fleet into the rooms that a LiveKit server sends it to.
type Dispatch struct {
	cfg    DispatchConfig
	worker *livekit.Worker // nil: dispatches are not accepted
	hook   http.Handler    // nil: webhooks are not accepted

	mu sync.Mutex
	// sentAway holds the rooms that sent the bot away, until they close.
	sentAway map[string]bool
}

// NewDispatch validates the configuration. It connects to nothing.
func NewDispatch(c DispatchConfig) (*Dispatch, error) {
	d := &Dispatch{cfg: c, sentAway: map[string]bool{}}
	if c.Webhooks {
		d.hook = livekit.Webhook(livekit.WebhookConfig{URL: c.URL, Auth: c.Auth, Told: d.told, Log: c.Log})
	}
	if !c.Jobs {
		return d, nil
	}
	var err error
	d.worker, err = livekit.NewWorker(livekit.WorkerConfig{
		URL: c.URL, Auth: c.Auth, Agent: c.Agent, Name: BotName, Hidden: c.Hidden, Load: d.busy, Full: c.Full,
		Wanted: d.wanted, Invited: d.invited, Peer: c.Peer, Log: c.Log,
	})
	return d, err
}

// Run waits for dispatches until the context ends. If the server rejects the credentials, Run logs that and returns; the service goes on
// with its other rooms.
func (d *Dispatch) Run(ctx context.Context) {
	if d == nil || d.worker == nil {
		return
	}
	if err := d.worker.Run(ctx); ctx.Err() == nil {
		d.cfg.Log.Error("this LiveKit server sends no rooms any more", "err", err, "hint", models.Hint(err))
	}
}

// Webhook returns the handler of the server's webhooks, which are authenticated by their signature instead of a login. It returns nil if
// none are expected.
func (d *Dispatch) Webhook() http.Handler {
	if d == nil {
		return nil
	}
	return d.hook
}

// busy returns the load from 0 to 1. It is 1 while the spool has no room or the fleet accepts no rooms.
func (d *Dispatch) busy() float64 {
	if !d.cfg.Fleet.Takes() || d.cfg.Admit(context.Background()) != nil {
		return 1
	}
	return d.cfg.Load.Read()
}

// request returns the request with which the fleet joins a room.
func (d *Dispatch) request(room models.Room) JoinRequest {
	return JoinRequest{Address: room.URL, Profile: d.cfg.Profile}
}

// wanted reports whether to accept a room that the server offers.
func (d *Dispatch) wanted(room models.Room) bool { return !d.cfg.Fleet.Has(room.ID) }

// invited listens in a room until it is over or the server withdraws the job.
func (d *Dispatch) invited(ctx context.Context, i livekit.Invitation) error {
	reason, err := d.cfg.Fleet.visit(ctx, d.request(i.Room), visited{i.Room, i.Connector, models.RoomInvited}, d.cfg.Load.took)
	if err == nil && failed(reason) {
		err = errors.New(string(reason))
	}
	return err
}

// told handles a webhook: it joins a room that somebody has entered and leaves one that has closed.
func (d *Dispatch) told(e livekit.Event) {
	if e.Kind == livekit.EventRoomStarted || e.Kind == livekit.EventRoomFinished {
		d.mu.Lock()
		delete(d.sentAway, e.Room.ID)
		d.mu.Unlock()
	}
	switch {
	case e.Kind == livekit.EventRoomFinished:
		_, _ = d.cfg.Fleet.End(e.Room.ID, models.EndRoomClosed) // usually it has noticed by itself
	case e.Kind == livekit.EventJoined && time.Since(e.At) < staleEvent:
		d.come(e.Room)
	}
}

// come joins a room that a webhook announced, unless the bot is already there or was sent away.
func (d *Dispatch) come(room models.Room) {
	d.mu.Lock()
	unwanted := d.sentAway[room.ID]
	d.mu.Unlock()
	if unwanted || d.cfg.Fleet.Has(room.ID) {
		return
	}
	if d.busy() >= d.cfg.Full {
		d.cfg.Log.Warn("not coming to a room: this machine has enough to do", "room", room.ID)
		return
	}
	r := d.request(room)
	joined, connector, err := d.cfg.Fleet.host.Connector(context.Background(), r)
	var m *membership
	if err == nil {
		m, err = d.cfg.Fleet.admit(context.Background(), r, joined, models.RoomInvited)
	}
	if err != nil {
		if !errors.Is(err, ErrThere) {
			d.cfg.Log.Warn("could not come to a room", "room", room.ID, "err", err)
		}
		return
	}
	d.cfg.Load.took()
	go func() {
		defer d.cfg.Fleet.exit(m)
		if reason := m.stay(m.ctx, connector, false); over(reason) {
			d.mu.Lock()
			d.sentAway[room.ID] = true
			d.mu.Unlock()
		}
	}()
}
