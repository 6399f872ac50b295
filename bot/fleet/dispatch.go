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

// staleEvent is the age at which a webhook no longer says how things are: the server sends one again for a while.
const staleEvent = time.Minute

// DispatchConfig says how a LiveKit server sends the bot into rooms.
type DispatchConfig struct {
	Fleet *Fleet
	// URL is livekit://host[:port], without a room. Auth must hold the server's key and secret.
	URL  string
	Auth livekit.Credentials
	// Jobs has the bot take dispatches: those to the agent of a name, or every room that opens when Agent is "".
	Jobs  bool
	Agent string
	// Webhooks has it come to rooms that webhooks tell of.
	Webhooks bool
	// Profile is how the rooms are treated, Hidden has the bot not be shown there.
	Profile string
	Hidden  bool
	// Full is the load, 0 to 1, from which on no room is taken.
	Full float64
	// Admit is an error while this machine takes no room whatever its load.
	Admit func(context.Context) error
	// Decoders is how many decode at once, and Decoding what they did.
	Decoders int
	Decoding func() Decoding
	Peer     *peer.Factory
	Log      *slog.Logger
}

// Dispatch brings a fleet into rooms that a LiveKit server sends it to.
type Dispatch struct {
	cfg    DispatchConfig
	worker *livekit.Worker // nil: no dispatch
	hook   http.Handler    // nil: no webhooks
	load   *loadMeter

	mu sync.Mutex
	// sentAway are rooms that don't want the bot, until they are over.
	sentAway map[string]bool
}

// NewDispatch checks the settings; nothing is connected yet.
func NewDispatch(c DispatchConfig) (*Dispatch, error) {
	d := &Dispatch{cfg: c, load: newLoadMeter(c.Decoders, c.Decoding), sentAway: map[string]bool{}}
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

// Run waits for dispatches until the context ends. A server that refuses the credentials ends the waiting, not the service:
// other rooms go on.
func (d *Dispatch) Run(ctx context.Context) {
	if d == nil || d.worker == nil {
		return
	}
	if err := d.worker.Run(ctx); ctx.Err() == nil {
		d.cfg.Log.Error("this LiveKit server sends no rooms any more", "err", err, "hint", models.Hint(err))
	}
}

// Webhook answers the server's webhooks, whose signature stands for a login; nil: none are expected.
func (d *Dispatch) Webhook() http.Handler {
	if d == nil {
		return nil
	}
	return d.hook
}

// busy is the load as a part of the whole; a spool without room is a full machine.
func (d *Dispatch) busy() float64 {
	if d.cfg.Admit(context.Background()) != nil {
		return 1
	}
	return d.load.read()
}

// request is a room as the fleet joins it.
func (d *Dispatch) request(room models.Room) JoinRequest {
	return JoinRequest{Address: room.URL, Profile: d.cfg.Profile}
}

// wanted says whether to take a room that the server offers.
func (d *Dispatch) wanted(room models.Room) bool { return !d.cfg.Fleet.Has(room.ID) }

// invited listens in a room until it is over or the server takes it back.
func (d *Dispatch) invited(ctx context.Context, i livekit.Invitation) error {
	r := d.request(i.Room)
	i.Room.Profile = r.Profile
	m, err := d.cfg.Fleet.enter(r, i.Room)
	if err != nil {
		return err
	}
	defer d.cfg.Fleet.exit(m)
	defer context.AfterFunc(ctx, func() { m.leave(context.Cause(ctx)) })()
	d.load.took()
	if reason := m.stay(m.ctx, i.Connector, false); reason == models.EndFailedAuth || reason == models.EndFailedICE ||
		reason == models.EndFailedServer {
		return errors.New(string(reason))
	}
	return nil
}

// told comes to a room that somebody has entered, and leaves one that is over.
func (d *Dispatch) told(e livekit.Event) {
	if e.Kind == livekit.EventRoomStarted || e.Kind == livekit.EventRoomFinished {
		d.mu.Lock()
		delete(d.sentAway, e.Room.ID)
		d.mu.Unlock()
	}
	switch {
	case e.Kind == livekit.EventRoomFinished:
		_, _ = d.cfg.Fleet.End(e.Room.ID, models.EndRoomClosed) // mostly it has seen that itself
	case e.Kind == livekit.EventJoined && time.Since(e.At) < staleEvent:
		d.come(e.Room)
	}
}

// come joins a room that a webhook told of, unless the bot is there or was sent away.
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
		m, err = d.cfg.Fleet.enter(r, joined)
	}
	if err != nil {
		if !errors.Is(err, ErrThere) {
			d.cfg.Log.Warn("could not come to a room", "room", room.ID, "err", err)
		}
		return
	}
	d.load.took()
	go func() {
		defer d.cfg.Fleet.exit(m)
		if reason := m.stay(m.ctx, connector, false); over(reason) {
			d.mu.Lock()
			d.sentAway[room.ID] = true
			d.mu.Unlock()
		}
	}()
}
