package notify

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"earshot/models"
)

// Outbox is where notices wait.
type Outbox interface {
	// NextNotice is the notice for a target that is due first; models.ErrNotFound when none waits.
	NextNotice(ctx context.Context, target string) (models.Notice, error)
	SetNotice(ctx context.Context, n models.Notice) error
	DisableTarget(ctx context.Context, name, why string) error
}

// Record is what notices tell of; models.ErrNotFound for what was erased.
type Record interface {
	Flag(ctx context.Context, id string) (models.Flag, error)
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// Config is what a Notifier needs.
type Config struct {
	Targets []Target
	Outbox  Outbox
	Record  Record
	// Link is the address of the review page as hosts open it; empty: notices have no link.
	Link string
	Log  *slog.Logger
	// Digests is what daily mails are made from; without it none are sent.
	Digests DigestRecord

	roots    *x509.CertPool        // nil: the system's
	resolver *net.Resolver         // nil: the system's
	dial     func(Target) dialFunc // nil: guarded by address
}

// Notifier sends what waits in the outbox. Run does the work.
type Notifier struct {
	Config
	clients map[string]*http.Client
}

// New makes a Notifier for targets of ParseTargets.
func New(c Config) *Notifier {
	n := &Notifier{Config: c, clients: map[string]*http.Client{}}
	for _, t := range c.Targets {
		n.clients[t.Name] = newClient(n.dialer(t))
	}
	return n
}

func (n *Notifier) dialer(t Target) dialFunc {
	if n.dial != nil {
		return n.dial(t)
	}
	return guardedDial(t.Private, n.resolver)
}

// look is how often the outbox is looked into when nothing is known to be due.
const look = time.Second

// Run sends to all targets, each at its own pace, until the context ends.
func (n *Notifier) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for _, t := range n.Targets {
		switch {
		case t.Kind != KindMail:
			group.Go(func() { n.serve(ctx, t) })
		case n.Digests != nil:
			group.Go(func() { n.daily(ctx, t) })
		}
	}
	group.Wait()
	return nil
}

// Test sends a notice to a target now, past the outbox. models.ErrNotFound: there is no such target.
func (n *Notifier) Test(ctx context.Context, name string) error {
	for _, t := range n.Targets {
		if t.Name == name && t.Kind == KindMail {
			if err := n.mail(
				ctx, t, "Earshot can reach you", "This is a test. The digest comes once a day, when something happened.\n", time.Now(),
			); err != nil {
				return fmt.Errorf("%s did not take the mail: %w", name, err)
			}
			return nil
		}
		if t.Name == name {
			id := fmt.Sprintf("test_%d", time.Now().UnixNano())
			m := message{Type: typeTest, At: time.Now(), Link: n.Link}
			if a := t.send(ctx, n.clients[name], id, m); a.err != nil {
				return fmt.Errorf("%s did not take the notice: %w", name, a.err)
			}
			return nil
		}
	}
	return fmt.Errorf("there is no target %q: %w", name, models.ErrNotFound)
}

// serve sends to one target.
func (n *Notifier) serve(ctx context.Context, t Target) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(n.next(ctx, t))
		}
	}
}

// next sends what is due to a target, at most one notice, and says when to come back.
func (n *Notifier) next(ctx context.Context, t Target) time.Duration {
	notice, err := n.Outbox.NextNotice(ctx, t.Name)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return look
	case err != nil:
		n.warn(ctx, t, "the notices that wait cannot be read", err)
		return 10 * look
	}
	if wait := time.Until(notice.Due); wait > 0 {
		return min(wait, look) // another one may become due sooner
	}
	m, err := n.compose(ctx, notice, t)
	switch {
	case errors.Is(err, models.ErrNotFound): // erased meanwhile
		notice.State, notice.Error = models.NoticeDropped, "what it speaks of is not there any more"
		return n.store(ctx, t, notice, 0)
	case err != nil:
		n.warn(ctx, t, "a notice cannot be written", err)
		return 10 * look
	}
	a := t.send(ctx, n.clients[t.Name], notice.ID, m)
	if a.err != nil && ctx.Err() != nil {
		return look // the try was cut short by our own end, which is no failure of the target's
	}
	return n.settle(context.WithoutCancel(ctx), t, notice, a)
}

// compose writes the notice from what the store holds by now.
func (n *Notifier) compose(ctx context.Context, notice models.Notice, t Target) (message, error) {
	s, err := n.Record.Session(ctx, notice.Session)
	if err != nil {
		return message{}, err
	}
	if notice.Kind == models.NoticeDeaf {
		return deafMessage(notice, s, n.Link), nil
	}
	f, err := n.Record.Flag(ctx, notice.Flag)
	return messageOf(f, s.Session, t, n.Link), err
}

// settle stores what became of a try and says how long the target is left alone.
func (n *Notifier) settle(ctx context.Context, t Target, notice models.Notice, a answer) time.Duration {
	notice.Attempts++
	if a.err == nil {
		notice.State, notice.Error = models.NoticeSent, ""
		return n.store(ctx, t, notice, 0)
	}
	if a.gone {
		n.Log.Warn("a target wants no more notices and gets none until its address changes", "target", t.Name)
		if err := n.Outbox.DisableTarget(ctx, t.Name, a.err.Error()); err != nil {
			n.warn(ctx, t, "a target cannot be disabled", err)
			return maxPause
		}
		return look
	}
	notice.Error = a.err.Error()
	wait := max(delay(notice.Attempts, rand.Float64()), a.after)
	notice.Due = time.Now().Add(wait)
	if notice.Due.Sub(notice.Created) > giveUp {
		notice.State = models.NoticeDropped
		n.Log.Warn("a notice is given up", "target", t.Name, "notice", notice.ID, "attempts", notice.Attempts, "err", a.err)
	} else {
		n.Log.Debug("a notice is tried again later", "target", t.Name, "notice", notice.ID, "attempts", notice.Attempts,
			"ms", wait.Milliseconds(), "err", a.err)
	}
	return n.store(ctx, t, notice, max(min(wait, maxPause), a.after))
}

func (n *Notifier) store(ctx context.Context, t Target, notice models.Notice, pause time.Duration) time.Duration {
	if err := n.Outbox.SetNotice(ctx, notice); err != nil {
		n.warn(ctx, t, "the state of a notice cannot be stored", err)
		return max(pause, 10*look)
	}
	return pause
}

func (n *Notifier) warn(ctx context.Context, t Target, what string, err error) {
	if ctx.Err() == nil {
		n.Log.Warn(what, "target", t.Name, "err", err) //nolint:sloglint // a constant at every caller
	}
}
