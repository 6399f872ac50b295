package room

import (
	"context"
	"earshot/bot"
	"time"
)

const (
	// renameAgain is how long after a name that could not be changed it is tried again; it doubles.
	renameAgain = 5 * time.Second
	renameTries = 6 // over some five minutes
)

// showPause has the bot's name say that listening is paused, for as long as it is: whoever comes in the midst of a pause
// has not seen the line in the chat. It returns when the visit ends.
func (v *visit) showPause(ctx context.Context) {
	select {
	case <-v.in:
	case <-ctx.Done():
		return
	}
	r := v.room
	shown, told, failed := false, false, 0 // a connection begins with the plain name
	for {
		var again <-chan time.Time
		want := r.pipe.isPaused()
		if want != shown {
			err := v.rename(ctx, want)
			switch {
			case ctx.Err() != nil:
				return
			case err == nil:
				shown, failed = want, 0
			case !final(err) && failed < renameTries:
				again = time.After(renameAgain << failed)
				failed++
			case want:
				told, failed = true, 0
				v.pauseNotShown(err)
			}
		}
		if !want && told {
			told = false
			can, _ := r.can()
			r.note(can, "the bot listens again")
		}
		select {
		case <-r.pauses:
			failed = 0
		case <-again:
		case <-ctx.Done():
			return
		}
	}
}

// rename shows the name of a pause, or the usual one.
func (v *visit) rename(ctx context.Context, paused bool) error {
	n, can := v.room.cfg.Connector.(bot.Renamer)
	if !can || v.room.cfg.Notice.Name == "" {
		return bot.Refuse("this kind of room shows no name of the bot that it could change", nil)
	}
	name := ""
	if paused {
		name = v.room.cfg.Notice.PausedLabel()
	}
	ctx, cancel := context.WithTimeout(ctx, doWithin)
	defer cancel()
	err := n.Rename(ctx, name)
	if err == nil {
		v.room.log.Info("the bot's name was changed", "paused", paused)
	}
	return err
}

// pauseNotShown tells the host that people who come cannot see that listening is paused.
func (v *visit) pauseNotShown(err error) {
	v.room.log.Warn("the bot's name does not say that listening is paused", "err", err)
	can, _ := v.room.can()
	what := "the bot's name does not say that listening is paused (" + err.Error() + "). "
	if v.room.act.moderator != nil && can.Message {
		what += "Its line in the chat does; please tell those who come later yourself."
	} else {
		what += "It has no chat here either: please tell the people yourself."
	}
	v.room.note(can, what)
}
