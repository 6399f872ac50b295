package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

// DigestRecord is what digests are made from, and what is known of those that were sent.
type DigestRecord interface {
	Digest(ctx context.Context, from, to time.Time) ([]models.RoomDigest, error)
	// DigestUntil is up to when a target got its digest; zero: never.
	DigestUntil(ctx context.Context, target string) (time.Time, error)
	SetDigestUntil(ctx context.Context, target string, until time.Time) error
}

const (
	// digestLook is how often the clock is compared with the time of a digest.
	digestLook = time.Minute
	// digestMost is how far back a digest reaches that is late.
	digestMost = 7 * 24 * time.Hour
)

// daily sends one target its digest every day at its time, by the clock on the wall, until the context ends. One that
// cannot be sent is tried again, after 5 minutes and then less often; what it was to say is in the next one that can.
func (n *Notifier) daily(ctx context.Context, t Target) {
	tick := time.NewTicker(digestLook)
	defer tick.Stop()
	var failed int
	var again time.Time
	for {
		now := time.Now().Round(0)
		if !now.Before(again) {
			switch sent, err := n.digest(ctx, t, now); {
			case err != nil && ctx.Err() == nil:
				failed++
				again = now.Add(min(time.Duration(failed)*5*time.Minute, time.Hour))
				n.Log.Warn("a digest is not sent and is tried again", "target", t.Name, "attempts", failed, "err", err)
			case sent:
				failed = 0
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// digest sends what is due, and reports whether something was.
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
	if len(rooms) > 0 { // a quiet day is no news
		subject, body := digestText(rooms, from, due, n.Link)
		if err := n.mail(ctx, t, subject, body, now); err != nil {
			return false, err
		}
	}
	return len(rooms) > 0, n.Digests.SetDigestUntil(context.WithoutCancel(ctx), t.Name, due)
}

// lastDue is when the digest was due last.
func (t Target) lastDue(now time.Time) time.Time {
	at, _ := time.Parse("15:04", t.At) // checked before
	y, m, d := now.Date()
	due := time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, now.Location())
	if due.After(now) {
		due = time.Date(y, m, d-1, at.Hour(), at.Minute(), 0, 0, now.Location())
	}
	return due
}

// digestText tells of some time in counts: no names of people, and nothing that was said.
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
