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

// Outbox holds pending notices.
type Outbox interface {
	// NextNotice returns the notice for a target that is due first; models.ErrNotFound if there is none.
	NextNotice(ctx context.Context, target string) (models.Notice, error)
	SetNotice(ctx context.Context, n models.Notice) error
	DisableTarget(ctx context.Context, name, why string) error
}

// Record provides what notices are about; models.ErrNotFound for erased data.
type Record interface {
	Flag(ctx context.Context, id string) (models.Flag, error)
	Session(ctx context.Context, id string) (models.SessionInfo, error)
}

// Config configures a Notifier.
type Config struct {
	Targets []Target
	Outbox  Outbox
	Record  Record
	// Link is the address of the review page as hosts open it; empty: notices have no link.
	Link string
	Log  *slog.Logger
	// Digests provides the contents of daily mails; nil: none are sent.
	Digests DigestRecord
	// Alone does a piece of work unless another process is doing it, and reports whether it did; nil: there is only this process.
	Alone func(ctx context.Context, work string, do func(context.Context)) bool

	roots    *x509.CertPool        // nil: the system's
	resolver *net.Resolver         // nil: the system's
	dial     func(Target) dialFunc // nil: guarded by address
}

// Notifier sends the notices in the outbox. Run does the work.
type Notifier struct {
	Config
	clients map[string]*http.Client
}

// New returns a Notifier for targets from ParseTargets.
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

// look is how often the outbox is checked when nothing is known to be due.
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

// Test sends a test notice to a target now, bypassing the outbox. models.ErrNotFound: there is no such target.
func (n *Notifier) Test(ctx context.Context, name string) error {
	for _, t := range n.Targets {
		if t.Name == name && t.Kind == KindMail {
			if err := n.mail(
				ctx, t, "Earshot can reach you", "This is a test. The digest comes once a day, when something happened.\n", time.Now(),
			); err != nil {
				return fmt.Errorf("%s did not accept the mail: %w", name, err)
			}
			return nil
		}
		if t.Name == name {
			id := fmt.Sprintf("test_%d", time.Now().UnixNano())
			m := message{Type: typeTest, At: time.Now(), Link: n.Link}
			if a := t.send(ctx, n.clients[name], id, m); a.err != nil {
				return fmt.Errorf("%s did not accept the notification: %w", name, a.err)
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

// next sends at most one due notice to a target, and returns when to call it again.
func (n *Notifier) next(ctx context.Context, t Target) (wait time.Duration) {
	notice, wait := n.due(ctx, t)
	switch {
	case wait > 0:
		return wait
	case n.Alone == nil:
		return n.tell(ctx, t, notice)
	}
	wait = look
	n.Alone(ctx, "notices:"+t.Name, func(ctx context.Context) {
		if notice, wait = n.due(ctx, t); wait == 0 { // another process may have sent it
			wait = n.tell(ctx, t, notice)
		}
	})
	return wait
}

// due returns a target's next notice if it is due, or else when to look again.
func (n *Notifier) due(ctx context.Context, t Target) (notice models.Notice, wait time.Duration) {
	notice, err := n.Outbox.NextNotice(ctx, t.Name)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return notice, look
	case err != nil:
		n.warn(ctx, t, "the notices that wait cannot be read", err)
		return notice, 10 * look
	}
	return notice, min(max(0, time.Until(notice.Due)), look) // another one may become due sooner
}

// tell sends a notice, and returns how long to leave the target alone.
func (n *Notifier) tell(ctx context.Context, t Target, notice models.Notice) time.Duration {
	m, err := n.compose(ctx, notice, t)
	switch {
	case errors.Is(err, models.ErrNotFound): // erased in the meantime
		notice.State, notice.Error = models.NoticeDropped, "the data it refers to no longer exists"
		return n.store(ctx, t, notice, 0)
	case err != nil:
		n.warn(ctx, t, "a notice cannot be written", err)
		return 10 * look
	}
	a := t.send(ctx, n.clients[t.Name], notice.ID, m)
	if a.err != nil && ctx.Err() != nil {
		return look // interrupted by the program's own end, which is not the target's failure
	}
	return n.settle(context.WithoutCancel(ctx), t, notice, a)
}

// compose creates the notice from what is stored now.
func (n *Notifier) compose(ctx context.Context, notice models.Notice, t Target) (message, error) {
	s, err := n.Record.Session(ctx, notice.Session)
	if err != nil {
		return message{}, err
	}
	if notice.Kind == models.NoticeDeaf || notice.Kind == models.NoticeSilent {
		return roomMessage(notice, s, n.Link), nil
	}
	f, err := n.Record.Flag(ctx, notice.Flag)
	return messageOf(f, s.Session, t, n.Link), err
}

// settle stores the result of an attempt and returns how long to leave the target alone.
func (n *Notifier) settle(ctx context.Context, t Target, notice models.Notice, a answer) time.Duration {
	notice.Attempts++
	if a.err == nil {
		notice.State, notice.Error = models.NoticeSent, ""
		return n.store(ctx, t, notice, 0)
	}
	if a.gone {
		n.Log.Warn("a target accepts no more notifications and gets none until its address changes", "target", t.Name)
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
