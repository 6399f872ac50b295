package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/ticks"
)

// DigestRecord provides the contents of digests, and records which were sent.
type DigestRecord interface {
	Digest(ctx context.Context, from, to time.Time) ([]models.RoomDigest, error)
	// DigestUntil returns the end of the period of a target's last digest; zero: none was sent.
	DigestUntil(ctx context.Context, target string) (time.Time, error)
	SetDigestUntil(ctx context.Context, target string, until time.Time) error
}

const (
	// digestLook is how often the clock is compared with the time of a digest.
	digestLook = time.Minute
	// digestMost is the longest period that a late digest covers.
	digestMost = 7 * 24 * time.Hour
)

// daily sends one target its digest every day at its time, by the wall clock, until the context ends. A failed digest is retried
// after 5 minutes and then less often; its contents are included in the next one that succeeds.
func (n *Notifier) daily(ctx context.Context, t Target) {
	var failed int
	var again time.Time
	for range ticks.AtOnceAndEvery(ctx, digestLook) {
		now := time.Now().Round(0)
		if now.Before(again) {
			continue
		}
		switch sent, err := n.digestAlone(ctx, t, now); {
		case err != nil && ctx.Err() == nil:
			failed++
			again = now.Add(min(time.Duration(failed)*5*time.Minute, time.Hour))
			n.Log.Warn("a digest is not sent and is tried again", "target", t.Name, "attempts", failed, "err", err)
		case sent:
			failed = 0
		}
	}
}

// digestAlone is digest, unless another process is sending it.
func (n *Notifier) digestAlone(ctx context.Context, t Target, now time.Time) (sent bool, err error) {
	if n.Alone == nil {
		return n.digest(ctx, t, now)
	}
	until, err := n.Digests.DigestUntil(ctx, t.Name)
	if err != nil || !t.lastDue(now).After(until) {
		return false, err
	}
	n.Alone(ctx, "digest:"+t.Name, func(ctx context.Context) { sent, err = n.digest(ctx, t, now) })
	return sent, err
}

// digest sends the digest that is due, if any, and reports whether one was.
func (n *Notifier) digest(ctx context.Context, t Target, now time.Time) (bool, error) {
	due := t.lastDue(now)
	until, err := n.Digests.DigestUntil(ctx, t.Name)
	if err != nil {
		return false, err
	}
	if until.IsZero() { // a new target begins now, and gets its first digest when it is due
		return false, n.Digests.SetDigestUntil(ctx, t.Name, due)
	}
	if !due.After(until) {
		return false, nil
	}
	from := until
	if due.Sub(from) > digestMost {
		from = due.Add(-digestMost)
	}
	rooms, err := n.Digests.Digest(ctx, from, due)
	if err != nil {
		return false, err
	}
	if len(t.Rooms) > 0 {
		rooms = slices.DeleteFunc(rooms, func(d models.RoomDigest) bool { return !slices.Contains(t.Rooms, d.Room) })
	}
	if len(rooms) > 0 { // nothing is sent after a quiet day
		subject, body := digestText(rooms, from, due, n.Link)
		if err := n.mail(ctx, t, subject, body, now); err != nil {
			return false, err
		}
	}
	return len(rooms) > 0, n.Digests.SetDigestUntil(context.WithoutCancel(ctx), t.Name, due)
}

// lastDue returns when the digest was last due.
func (t Target) lastDue(now time.Time) time.Time {
	at, _ := time.Parse("15:04", t.At) // validated when parsed
	y, m, d := now.Date()
	due := time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, now.Location())
	if due.After(now) {
		due = time.Date(y, m, d-1, at.Hour(), at.Minute(), 0, 0, now.Location())
	}
	return due
}

// digestText summarises a period in counts, without names of people or anything that was said.
func digestText(rooms []models.RoomDigest, from, to time.Time, link string) (subject, body string) {
	open, flags := 0, 0
	var b strings.Builder
	fmt.Fprintf(&b, "From %s to %s:\n\n", from.Format("2 January 15:04"), to.Format("2 January 15:04"))
	for _, d := range rooms {
		name := d.Name
		if name == "" {
			name = d.Room
		}
		found := d.High + d.Medium + d.Low
		open, flags = open+d.Open, flags+found
		fmt.Fprintf(&b, "%s: %s, %s\n", oneLine(cut(name, 100)), models.Count(d.Sessions, "session"), models.Count(d.Lines, "line"))
		if found > 0 {
			fmt.Fprintf(&b, "    %s: %d high, %d medium, %d low; %d open\n", models.Count(found, "flag"), d.High, d.Medium, d.Low, d.Open)
		}
	}
	if link != "" {
		fmt.Fprintf(&b, "\nTo decide what is open: %s/queue\n", strings.TrimRight(link, "/"))
	}
	return fmt.Sprintf("Earshot: %s, %d open", models.Count(flags, "flag"), open), b.String()
}
