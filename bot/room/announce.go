package room

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"earshot/models"
)

const (
	// announceSettle is how long after the join the existing participants become known.
	announceSettle = 500 * time.Millisecond
	// announceEvery is the minimum time between announcements to late joiners.
	announceEvery = time.Minute
	// announceAgain is the delay before a failed announcement is repeated; it doubles up to announceEvery.
	announceAgain = 5 * time.Second
	// announceTries limits how often a failed announcement is repeated, over about six minutes. After that, only a new participant or changed
	// permissions trigger another one.
	announceTries = 8
	// announceUnseen is that limit for an announcement that the server accepted.
	announceUnseen = 2
)

// announcer announces the bot during one connection: after joining, to newcomers, and again if delivery failed.
type announcer struct {
	stay    *stay
	news    chan struct{} // signals a new participant or changed permissions
	settled atomic.Bool   // connection.settled

	// Owned by the goroutine that runs it.
	mute   bool // the host has been told that the room has no chat
	failed int
}

func newAnnouncer(s *stay) *announcer { return &announcer{stay: s, news: make(chan struct{}, 1)} }

// ring makes the announcer check whom to inform.
func (a *announcer) ring() { ring(a.news) }

// run announces until the context ends.
func (a *announcer) run(ctx context.Context) {
	if a.stay.cfg.Notice.Name == "" {
		return
	}
	for pause := announceSettle; sleep(ctx, pause); {
		select {
		case <-a.news: // this look covers it
		default:
		}
		var again bool
		if pause, again = a.look(ctx); again {
			continue
		}
		pause = announceSettle // people often join together
		select {
		case <-a.news:
		case <-ctx.Done():
			return
		}
	}
}

// look announces the bot to those who have not been informed. again reports that it must be called again after pause, even without news.
func (a *announcer) look(ctx context.Context) (pause time.Duration, again bool) {
	whom, fresh := a.stay.disclosure.untold(a.stay.people.all(), a.settled.Load())
	can, _ := a.stay.rights.get()
	if a.stay.act.moderator == nil || !can.Message {
		if !a.mute {
			a.cannot()
		}
		a.mute = true
		return 0, false
	}
	if !fresh {
		a.failed = 0
		return 0, false
	}
	a.mute = false
	switch err := a.post(ctx, whom); {
	case err == nil:
		a.failed = 0
		return announceEvery, true
	case a.failed < tryAgain(err):
		pause = min(announceAgain<<a.failed, announceEvery)
		a.failed++
		return pause, true
	}
	a.failed = 0
	sleep(ctx, announceEvery)
	return 0, false
}

// tryAgain returns how often an announcement that failed with err is repeated. One that the server accepted may have been read, and is not
// repeated often.
func tryAgain(err error) int {
	switch {
	case final(err):
		return 0
	case errors.Is(err, errNoEffect):
		return announceUnseen
	default:
		return announceTries
	}
}

// cannot tells the host that the bot can't announce itself here.
func (a *announcer) cannot() {
	a.stay.log.Info("no announcement: this room has no chat that the bot may write to")
	if can, _ := a.stay.rights.get(); can.Unseen {
		a.stay.note("nobody here can see or read that the bot listens. Please tell the people yourself.")
		return
	}
	a.stay.note(
		"this room has no chat for the bot: only its name says that it is listening. Please tell the people yourself, and ask them to " +
			"tell you if they object; you can then stop their transcription.",
	)
}

// post announces the bot to the room and records the outcome.
func (a *announcer) post(ctx context.Context, whom []string) error {
	s := a.stay
	out := s.act.do(ctx, models.Action{Verb: models.VerbMessage, Text: s.cfg.Notice.Text()}, ActOptions{})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	late := a.noteTold(whom, out)
	if out.Action.State == models.ActionSeen {
		s.log.Info("announced", "how", out.How, "ms", out.Took.Milliseconds())
		if late {
			s.note("the bot has announced itself now")
		}
		return nil
	}
	s.log.Warn("the announcement was not delivered", "err", out.Action.Error)
	if late && a.failed == 0 {
		s.note("the bot could not announce itself (" + out.Action.Error + "). Please tell the people yourself.")
	}
	return out.Steps[len(out.Steps)-1].Err
}

// noteTold records the outcome of an announcement in the consent ledger, and reports whether to tell the host.
func (a *announcer) noteTold(whom []string, out Result) (late bool) {
	if len(whom) == 0 {
		whom = []string{""}
	}
	seen := out.Action.State == models.ActionSeen
	news, late := a.stay.disclosure.told(whom, seen)
	for _, id := range news {
		if seen {
			a.stay.consent(id, models.ConsentTold, out.How)
		} else {
			a.stay.consent(id, models.ConsentNotTold, out.Action.Error)
		}
	}
	return late
}
