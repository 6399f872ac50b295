package livekit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// Invitation is a room that the server dispatches the bot to.
type Invitation struct {
	Room models.Room
	// Connector joins the room.
	Connector *Connector
	// Metadata is what the inviting program attached to the dispatch; untrusted.
	Metadata string
}

// WorkerConfig says how the bot registers with a server as an agent worker.
type WorkerConfig struct {
	// URL is livekit://host[:port], without a room.
	URL string
	// Auth must hold a key and a secret.
	Auth Credentials
	// Agent is the name by which programs dispatch the bot. Empty: it is dispatched to every room that opens.
	Agent string
	// Identity, Name and Hidden are the bot's in the rooms, as in Config.
	Identity, Name string
	Hidden         bool
	// Load is how busy this machine is, 0 to 1; the server picks the least busy of several workers. Nil: never busy.
	Load func() float64
	// Full is the load at which the bot takes no more rooms; default 1.
	Full float64
	// Wanted reports whether to take a room; nil takes every room.
	Wanted func(models.Room) bool
	// Invited listens in a room until it is over. Each is called in a goroutine of its own. A context that ends with an
	// End error was cancelled by the server.
	Invited func(context.Context, Invitation) error
	Peer    *peer.Factory
	Log     *slog.Logger
}

// Worker waits to be invited by a LiveKit server.
type Worker struct {
	cfg  WorkerConfig
	at   address
	log  *slog.Logger
	jobs sync.WaitGroup

	mu      sync.Mutex
	running map[string]context.CancelCauseFunc // by job
}

// NewWorker validates the configuration; it does not connect.
func NewWorker(c WorkerConfig) (*Worker, error) {
	at, err := parseServer(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Auth.Key == "" || c.Auth.Secret == "" {
		return nil, models.WithHint(
			errors.New("livekit: to be invited, the bot needs the server's API key and secret"),
			"set LIVEKIT_API_KEY and LIVEKIT_API_SECRET",
		)
	}
	if c.Invited == nil || c.Peer == nil {
		return nil, errors.New("livekit: a worker needs a peer factory and somebody to take its invitations")
	}
	if c.Identity == "" {
		c.Identity = "earshot"
	}
	if c.Name == "" {
		c.Name = "Earshot"
	}
	if c.Load == nil {
		c.Load = func() float64 { return 0 }
	}
	if c.Full == 0 {
		c.Full = 1
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{cfg: c, at: at, log: c.Log.With("agent", c.Agent), running: map[string]context.CancelCauseFunc{}}, nil
}

// The bounds of the pause between two attempts to register.
const (
	workerPauseMin = 500 * time.Millisecond
	workerPauseMax = 30 * time.Second
	reportEvery    = 2 * time.Second
	// takenBack is how long a room may take to end by itself once its job was terminated: then its own reason counts.
	takenBack = time.Second
)

// Run accepts jobs until the context ends or the credentials are refused, and returns after every room is over. It reconnects when
// the connection is lost; the rooms go on meanwhile.
func (w *Worker) Run(ctx context.Context) error {
	defer w.jobs.Wait()
	for pause := workerPauseMin; ; pause = min(2*pause, workerPauseMax) {
		began := time.Now()
		err := w.serve(ctx)
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		var r *refused
		if errors.As(err, &r) && r.status < 500 {
			return refusal(err)
		}
		if time.Since(began) > workerPauseMax {
			pause = workerPauseMin
		}
		wait := workerPauseMin/2 + time.Duration(rand.Int64N(int64(pause))) //nolint:gosec // jitter
		w.log.Warn("no invitations, trying again", "ms", wait.Milliseconds(), "err", err)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
}

// serve registers once and handles what arrives.
func (w *Worker) serve(ctx context.Context) error {
	token, err := w.cfg.Auth.Sign(Claims{Video: &Grant{Agent: true}}, time.Now(), joinFor)
	if err != nil {
		return err
	}
	s, err := open(ctx, w.cfg.Peer, w.at.ws+"/agent?protocol=1", token)
	if err != nil {
		return err
	}
	over := make(chan struct{})
	var reports sync.WaitGroup
	reports.Go(func() { w.report(s, over) })
	defer reports.Wait()
	defer close(over)
	defer s.close()
	defer context.AfterFunc(ctx, s.close)()
	if err := s.send(w.registration()); err != nil {
		return err
	}
	for {
		m := &lk.ServerMessage{}
		if err := s.receive(m); err != nil {
			return err
		}
		if err := w.take(ctx, s, m); err != nil {
			return err
		}
	}
}

func (w *Worker) registration() *lk.WorkerMessage {
	return &lk.WorkerMessage{Message: &lk.WorkerMessage_Register{Register: &lk.RegisterWorkerRequest{
		Type: lk.JobType_JT_ROOM, AgentName: w.cfg.Agent, Version: "earshot",
		AllowedPermissions: &lk.ParticipantPermission{
			CanSubscribe: true, CanPublishData: true, Hidden: w.cfg.Hidden,
			Agent:    true, //nolint:staticcheck // servers and clients still go by it
			Recorder: true, //nolint:staticcheck // the recording sign still hangs on it
		},
	}}}
}

// report sends the load from time to time, and pings.
func (w *Worker) report(s *socket, over <-chan struct{}) {
	t := time.NewTicker(reportEvery)
	defer t.Stop()
	for {
		select {
		case <-over:
			return
		case <-t.C:
			_ = s.send(w.status()) // a broken connection shows when it is read
			_ = s.send(&lk.WorkerMessage{Message: &lk.WorkerMessage_Ping{Ping: &lk.WorkerPing{Timestamp: time.Now().UnixMilli()}}})
		}
	}
}

func (w *Worker) status() *lk.WorkerMessage {
	load := w.cfg.Load()
	status := lk.WorkerStatus_WS_AVAILABLE
	if load >= w.cfg.Full {
		status = lk.WorkerStatus_WS_FULL
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return &lk.WorkerMessage{Message: &lk.WorkerMessage_UpdateWorker{UpdateWorker: &lk.UpdateWorkerStatus{
		Status: &status, Load: float32(load), JobCount: uint32(len(w.running)), //nolint:gosec // a few
	}}}
}

func (w *Worker) take(ctx context.Context, s *socket, m *lk.ServerMessage) error {
	switch x := m.GetMessage().(type) {
	case *lk.ServerMessage_Register:
		w.log.Info("waiting for invitations", "worker", x.Register.GetWorkerId(), "server", x.Register.GetServerInfo().GetVersion())
		return s.send(w.status())
	case *lk.ServerMessage_Availability:
		return s.send(w.available(x.Availability.GetJob()))
	case *lk.ServerMessage_Assignment:
		return w.assigned(ctx, s, x.Assignment)
	case *lk.ServerMessage_Termination:
		w.mu.Lock()
		defer w.mu.Unlock()
		if cancel := w.running[x.Termination.GetJobId()]; cancel != nil {
			time.AfterFunc(takenBack, func() { cancel(bot.End(models.EndLeft, nil)) })
		}
	}
	return nil
}

// available answers whether the bot takes a room.
func (w *Worker) available(j *lk.Job) *lk.WorkerMessage {
	yes := w.cfg.Load() < w.cfg.Full && (w.cfg.Wanted == nil || w.cfg.Wanted(roomOf(w.cfg.URL, j)))
	return &lk.WorkerMessage{Message: &lk.WorkerMessage_Availability{Availability: &lk.AvailabilityResponse{
		JobId: j.GetId(), Available: yes, ParticipantIdentity: w.cfg.Identity, ParticipantName: w.cfg.Name,
	}}}
}

// assigned starts a job and tells the server.
func (w *Worker) assigned(ctx context.Context, s *socket, a *lk.JobAssignment) error {
	id := a.GetJob().GetId()
	at := w.at
	at.room = a.GetJob().GetRoom().GetName()
	auth := w.cfg.Auth
	auth.Token = a.GetToken()
	c, err := newConnector(Config{
		URL: w.cfg.URL + "/" + at.room, Auth: auth, Identity: w.cfg.Identity, Name: w.cfg.Name, Hidden: w.cfg.Hidden,
		Peer: w.cfg.Peer, Log: w.cfg.Log,
	}, at)
	if err != nil {
		return s.send(jobStatus(id, err))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	w.mu.Lock()
	w.running[id] = cancel
	w.mu.Unlock()
	w.log.Info("invited", "room", at.room, "job", id)
	w.jobs.Go(func() {
		defer cancel(nil)
		err := w.cfg.Invited(ctx, Invitation{Room: roomOf(w.cfg.URL, a.GetJob()), Connector: c, Metadata: a.GetJob().GetMetadata()})
		w.mu.Lock()
		delete(w.running, id)
		w.mu.Unlock()
		_ = s.send(jobStatus(id, err)) // the connection may be a new one by now: then the server knows anyway
		_ = s.send(w.status())
	})
	running := &lk.UpdateJobStatus{JobId: id, Status: lk.JobStatus_JS_RUNNING}
	return errors.Join(s.send(&lk.WorkerMessage{Message: &lk.WorkerMessage_UpdateJob{UpdateJob: running}}), s.send(w.status()))
}

func jobStatus(id string, err error) *lk.WorkerMessage {
	u := &lk.UpdateJobStatus{JobId: id, Status: lk.JobStatus_JS_SUCCESS}
	if err != nil && !errors.Is(err, context.Canceled) {
		u.Status, u.Error = lk.JobStatus_JS_FAILED, fmt.Sprintf("%.200v", err)
	}
	return &lk.WorkerMessage{Message: &lk.WorkerMessage_UpdateJob{UpdateJob: u}}
}
