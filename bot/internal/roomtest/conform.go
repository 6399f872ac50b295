package roomtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// Conformance is what every connector must do in a room where nothing goes wrong, and say where it is not let in. The trials may be
// put to one server, one after the other; the last one ends the room.
func Conformance(log *slog.Logger) []Fault {
	return []Fault{
		{Name: "apart", Do: func(p Place) error { return p.apart() }},
		{Name: "rights", Do: func(p Place) error { return p.rights(log) }},
		{Name: "no rights", Do: func(p Place) error { return p.noRights(log) }},
		{Name: "refused", Do: func(p Place) error { return p.refused() }},
		{Name: "removed", Do: func(p Place) error { return p.ends(log, p.Kick, models.EndRemoved) }},
		{Name: "seen and announced", Do: func(p Place) error { return p.announced(log) }},
		{Name: "closed", Do: func(p Place) error { return p.ends(log, p.Close, models.EndRoomClosed) }},
	}
}

// apart lets three people talk at once, one of whom was there before the bot; one leaves and comes again. Everybody's packets come
// under their own name alone, and who leaves is gone.
func (p Place) apart() error {
	if p.Mixed {
		return nil
	}
	f, err := loopback()
	if err != nil {
		return err
	}
	tags := map[string]byte{"Ana": 1, "Ben": 2, "Cem": 3}
	p.Enter("Ana", Tagged(tags["Ana"]))
	listener := NewListener()
	leave := listener.listen(p.Connect(p.Addr, f))
	defer leave() //nolint:errcheck // a trial that failed has said so
	if err := listener.Hears(tags, "Ana"); err != nil {
		return err
	}
	ben := p.Enter("Ben", Tagged(tags["Ben"]))
	p.Enter("Cem", Tagged(tags["Cem"]))
	if err := listener.Hears(tags, "Ana", "Ben", "Cem"); err != nil {
		return err
	}
	ben.Leave()
	err = listener.until("that Ben is gone", func() bool {
		open := slices.ContainsFunc(listener.tracks, func(t *listenerTrack) bool { return t.speaker() == "Ben" && !t.ended })
		return !open && !listener.here("Ben")
	})
	if err != nil {
		return err
	}
	p.Enter("Ben", Tagged(tags["Ben"]))
	if err := listener.Hears(tags, "Ana", "Ben"); err != nil {
		return err
	}
	if err := leave(); err != nil {
		return err
	}
	return listener.Right(tags, slices.Sorted(maps.Keys(tags))...)
}

// Right finds what came under a wrong name, tracks of some people that were left open, and ones that are not said to be their
// speaker's own.
func (e *Listener) Right(tags map[string]byte, gone ...string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.joined != 1 {
		return fmt.Errorf("roomtest: joined %d times", e.joined)
	}
	for _, t := range e.tracks {
		for tag, n := range t.tags {
			if tag != tags[t.speaker()] {
				return fmt.Errorf("roomtest: %s was given %d packets of tag %d", t.speaker(), n, tag)
			}
		}
		if !t.ended && slices.Contains(gone, t.speaker()) || t.info.Attribution != models.AttributionTrack {
			return fmt.Errorf("roomtest: track %+v: ended %v", t.info, t.ended)
		}
	}
	return nil
}

// refused lets connectors try that are not let in: each ends for good, with its reason and a word on what to do. A server that is too
// busy to answer in time is tried again, as a room does.
func (p Place) refused() error {
	if p.Refused == nil {
		return nil
	}
	for what, r := range p.Refused() {
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		err := r.Connector.Run(ctx, NewListener())
		var end *bot.EndError
		for errors.As(err, &end) && end.Retry && ctx.Err() == nil {
			<-time.After(100 * time.Millisecond)
			err = r.Connector.Run(ctx, NewListener())
		}
		cancel()
		if !errors.As(err, &end) || end.Reason != r.Reason || end.Retry || models.Hint(err) == "" {
			return fmt.Errorf("roomtest: %s: ended with %w (hint %q), want %s for good", what, errOr(err), models.Hint(err), r.Reason)
		}
		if r.Secret != "" && strings.Contains(err.Error()+models.Hint(err), r.Secret) {
			return fmt.Errorf("roomtest: %s: the error tells the secret", what)
		}
	}
	return nil
}

// ends has the room end the bot's stay, while somebody talks.
func (p Place) ends(log *slog.Logger, end func(), want models.EndReason) error {
	if end == nil {
		return nil
	}
	f, err := loopback()
	if err != nil {
		return err
	}
	p.Enter("Ana", Tone())
	s, err := Begin(p.Connect(p.Addr, f), log)
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	if err := s.Hears(Patience, "Ana"); err != nil {
		return err
	}
	end()
	if why, err := s.Wait(); why != want {
		return fmt.Errorf("roomtest: it ended as %q, %w", why, errOr(err))
	}
	return nil
}

// announced looks at how the bot is seen, and at what it says of itself: in the chat, or to the host where there is none. Who objects
// in the chat is heard no more.
func (p Place) announced(log *slog.Logger) error {
	f, err := loopback()
	if err != nil {
		return err
	}
	ana := p.Enter("Ana", Tone())
	s, err := begin(p.Connect(p.Addr, f), log, room.Config{Notice: bot.Notice{Name: "Earshot"}})
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	if err := s.Hears(Patience, "Ana"); err != nil {
		return err
	}
	if err := p.shows("Earshot"); err != nil {
		return err
	}
	if ana.Lines == nil {
		return s.until(Patience, "the request to the host to tell people", func() bool {
			return slices.ContainsFunc(s.notes, func(n string) bool { return strings.Contains(n, "lease tell the people") })
		})
	}
	if err := reads(ana, bot.OptOut); err != nil || ana.Write == nil {
		return err
	}
	if err := ana.Write(bot.OptOut); err != nil {
		return fmt.Errorf("roomtest: writing to the chat: %w", err)
	}
	if err := reads(ana, bot.OptIn); err != nil {
		return err
	}
	s.mu.Lock()
	before := s.heard["Ana"]
	s.mu.Unlock()
	p.Enter("Bo", Tone())
	for range 3 {
		if err := s.Hears(Patience, "Bo"); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.heard["Ana"] - before; n > 1 { // one may have been on its way
		return fmt.Errorf("roomtest: Ana is heard %d times after she objected", n)
	}
	return nil
}

// shows waits until the server shows somebody whose name begins like this, where it shows people.
func (p Place) shows(name string) error {
	if p.Shown == nil {
		return nil
	}
	for began := time.Now(); ; <-time.After(50 * time.Millisecond) {
		shown := p.Shown()
		if slices.ContainsFunc(shown, func(s string) bool { return strings.HasPrefix(s, name) }) {
			return nil
		}
		if time.Since(began) > Patience {
			return fmt.Errorf("roomtest: the room shows %q, and no %s", shown, name)
		}
	}
}
