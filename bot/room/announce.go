package room

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"earshot/models"
)

const (
	// announceSettle is how long after the join those who are there already become known.
	announceSettle = 500 * time.Millisecond
	// announceEvery is the least time between two announcements to late joiners.
	announceEvery = time.Minute
	// announceAgain is how long after a failed announcement the same people are told again; it doubles up to announceEvery.
	announceAgain = 5 * time.Second
	// announceTries is how often that is tried, over some six minutes. Then it waits for somebody new, or other rights.
	announceTries = 8
	// announceUnseen is the same for one that the server took.
	announceUnseen = 2
)

// announcer says who the bot is during one connection: once it is in the room, again when somebody came who has not been told,
// and again when it was not delivered.
type announcer struct {
	stay    *stay
	news    chan struct{} // rings when somebody came, or the rights changed
	settled atomic.Bool   // who was there before is back, or gone

	// Of the goroutine that runs it.
	mute   bool // the host was told that the room has no chat
	failed int
}

func newAnnouncer(s *stay) *announcer { return &announcer{stay: s, news: make(chan struct{}, 1)} }

// ring has it looked whom to tell of the bot.
func (a *announcer) ring() {
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// run announces until the context ends.
func (a *announcer) run(ctx context.Context) {
	if a.stay.cfg.Notice.Name == "" {
		return
	}
	for pause := announceSettle; sleep(ctx, pause); {
		select {
		case <-a.news: // what is news by now is looked at now
		default:
		}
		var again bool
		if pause, again = a.look(ctx); again {
			continue
		}
		pause = announceSettle // people often come in twos and threes
		select {
		case <-a.news:
		case <-ctx.Done():
			return
		}
	}
}

// look tells those who have not been told. again: it is to look again after a pause, whether or not there is news.
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

// tryAgain is how often an announcement that failed like this is tried again. One that the server took, and whose effect
// nobody saw, may have been read: it is not to be said over and over.
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

// cannot tells the host that the room has nothing to announce in.
func (a *announcer) cannot() {
	a.stay.log.Info("no announcement: this room has no chat that the bot may write to")
	a.stay.note(
		"this room has no chat for the bot: only its name says that it listens. Please tell the people yourself, and that whoever objects " +
			"tells you; you then enter that they are not to be written down.",
	)
}

// post says a line to the room, and notes for whom it was delivered or not: of those who wait for it, once.
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

// noteTold notes what came of an announcement for those whom it was for, and reports whether the host should hear of it.
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
