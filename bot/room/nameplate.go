package room

import (
	"context"
	"time"

	"earshot/bot"
)

// nameplate shows in the bot's display name that listening is paused: people who join during a pause have not seen the chat message. Only
// one goroutine may use it, for one connection.
type nameplate struct {
	stay *stay

	shown  bool // the name shows a pause; every connection starts with the plain name
	told   bool // the host has been told that the name does not show the pause
	failed int
}

const (
	// renameAgain is the delay before a failed change is retried; it doubles.
	renameAgain = 5 * time.Second
	renameTries = 6 // over about five minutes
)

// run shows pauses until the context ends. pauses signals when they begin and end.
func (n *nameplate) run(ctx context.Context, pauses <-chan struct{}) {
	for {
		again := n.look(ctx)
		if ctx.Err() != nil {
			return
		}
		select {
		case <-pauses:
			n.failed = 0
		case <-again:
		case <-ctx.Done():
			return
		}
	}
}

// look updates the name. It returns a channel that signals when to retry, or nil if there is nothing to do until something changes.
func (n *nameplate) look(ctx context.Context) (again <-chan time.Time) {
	want := n.stay.pipe.Paused()
	if want != n.shown {
		err := n.rename(ctx, want)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			n.shown, n.failed = want, 0
		case !final(err) && n.failed < renameTries:
			again = time.After(renameAgain << n.failed)
			n.failed++
		case want:
			n.told, n.failed = true, 0
			n.notShown(err)
		}
	}
	if !want && n.told {
		n.told = false
		n.stay.note("the bot listens again")
	}
	return again
}

// rename shows the name for a pause or the plain one.
func (n *nameplate) rename(ctx context.Context, paused bool) error {
	s := n.stay
	r, can := s.cfg.Connector.(bot.Renamer)
	if !can || s.cfg.Notice.Name == "" {
		return bot.Refuse("this kind of room shows no name of the bot that it could change", nil)
	}
	name := ""
	if paused {
		name = s.cfg.Notice.PausedLabel()
	}
	ctx, cancel := context.WithTimeout(ctx, doWithin)
	defer cancel()
	err := r.Rename(ctx, name)
	if err == nil {
		s.log.Info("the bot's name was changed", "paused", paused)
	}
	return err
}

// notShown tells the host that newcomers can't see that listening is paused.
func (n *nameplate) notShown(err error) {
	s := n.stay
	s.log.Warn("the bot's name does not say that listening is paused", "err", err)
	can, _ := s.rights.get()
	what := "the bot's name does not say that listening is paused (" + err.Error() + "). "
	if s.act.moderator != nil && can.Message {
		what += "Its chat message does; please tell people who join later yourself."
	} else {
		what += "It has no chat here either: please tell the people yourself."
	}
	s.note(what)
}
