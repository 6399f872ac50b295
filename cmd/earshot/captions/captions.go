// Package captions shows in a room what is published of the session there.
package captions

import (
	"context"
	"slices"
	"sync"

	"earshot/bot"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/events"
)

// lateCaptionMS is how long after its words a line is still worth showing in the room.
const lateCaptionMS = 10_000

// maxRevised is how many of the latest lines are remembered, to tell a line that has changed from a new one.
const maxRevised = 256

// Captions shows in a room what the record holds of its session, as it is published.
type Captions struct {
	hub      *events.Hub
	session  string
	partials bool
	room     Room

	shown []models.Key // the finished lines that were shown last; used by one goroutine
}

// Room shows captions. Caption does not block.
type Room interface{ Caption(c bot.Caption) }

// New returns the captions of a session that are shown in a room.
func New(hub *events.Hub, session string, c configs.Captions, room Room) *Captions {
	return &Captions{hub: hub, session: session, partials: c.Partials, room: room}
}

// Begin shows captions until stop is called, which waits, or the hub is closed.
func (c *Captions) Begin(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { c.run(ctx) })
	return func() { cancel(); group.Wait() }
}

// run shows captions until the context ends or the hub is closed. What it misses because it was too slow is not shown.
func (c *Captions) run(ctx context.Context) {
	for ctx.Err() == nil {
		w, err := c.hub.Subscribe(c.session, events.Cursor{})
		if err != nil {
			return
		}
		c.follow(ctx, w)
		w.Close()
	}
}

func (c *Captions) follow(ctx context.Context, w *events.Watcher) {
	for {
		select {
		case e, ok := <-w.Events():
			if !ok {
				return
			}
			c.take(e)
		case <-ctx.Done():
			return
		}
	}
}

// take shows what an event says of a line.
func (c *Captions) take(e models.Event) {
	switch {
	case e.SessionID != c.session:
	case e.Partial != nil && c.partials && e.Partial.Shown != "":
		p := e.Partial
		c.room.Caption(bot.Caption{
			Line: p.Key.String(), SpeakerID: p.SpeakerID, SpeakerName: p.SpeakerName, Track: p.Key.Track,
			Attribution: p.Attribution, Text: p.Shown,
		})
	case e.Utterance != nil:
		u := e.Utterance
		c.room.Caption(bot.Caption{
			Line: u.Key.String(), SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName, Track: u.Track,
			Attribution: u.Attribution, Language: u.Language, Text: captionText(*u), Final: true, Revised: c.again(u.Key),
		})
	}
}

// again reports whether a finished line was shown before.
func (c *Captions) again(k models.Key) bool {
	if slices.Contains(c.shown, k) {
		return true
	}
	c.shown = append(c.shown[max(0, len(c.shown)-maxRevised+1):], k)
	return false
}

// captionText is a line as a room may see it: what was hardly said at all is left out, and what was not surely heard is marked.
func captionText(u models.Utterance) string {
	if u.Text == "" || u.State == models.UtteranceFailed || u.LateMS > lateCaptionMS {
		return ""
	}
	for _, d := range u.Doubt {
		if d == models.DoubtPhantom || d == models.DoubtRepeat || d == models.DoubtLowVoice {
			return ""
		}
	}
	if len(u.Doubt) > 0 {
		return "(?) " + u.Text
	}
	return u.Text
}
