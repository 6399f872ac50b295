package roomtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

// actWithin is how soon an action's effect must be seen.
var actWithin = Within(3 * time.Second)

// rights has the bot do, to somebody who goes on talking, everything that it may: the effect of each is seen and heard.
func (p Place) rights(log *slog.Logger) error {
	if p.Moderate == nil {
		return nil
	}
	p.Enter("Ana", Tone())
	bo := p.Enter("Bo", Tone())
	if p.Can.Ban {
		p.Enter("Cem", Tone())
	}
	s, err := Begin(p.Moderate(), log)
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	if err := s.may(p.Can); err != nil {
		return err
	}
	ids := map[string]string{}
	for _, name := range []string{"Ana", "Bo"} {
		if ids[name], err = s.id(name); err == nil && !p.Mixed { // several people at once are nobody
			err = s.Hears(Patience, name)
		}
		if err != nil {
			return err
		}
	}
	if p.Private {
		if err := errors.Join(s.act(models.VerbNudge, ids["Bo"], "a word to Bo alone"), reads(bo, "a word to Bo alone")); err != nil {
			return err
		}
	}
	for _, verb := range []models.Verb{models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbToStage} {
		if err := s.try(p, verb, "Ana", ids["Ana"]); err != nil {
			return err
		}
	}
	if err := s.try(p, models.VerbRemove, "Bo", ids["Bo"]); err != nil || !p.Can.Ban {
		return err
	}
	return s.ban("Cem")
}

// try does something to somebody, if the bot may; after a mute is lifted they are heard again.
func (s *Stay) try(p Place, verb models.Verb, name, id string) error {
	if !p.Can.Has(verb, false) {
		return nil
	}
	if err := s.act(verb, id, ""); err != nil || verb != models.VerbUnmute || p.Mixed {
		return err
	}
	return s.Hears(Patience, name)
}

// ban bans somebody, and lifts it.
func (s *Stay) ban(name string) error {
	id, err := s.id(name)
	if err != nil {
		return err
	}
	return errors.Join(s.act(models.VerbBan, id, ""), s.act(models.VerbUnban, id, ""))
}

// may compares what the bot may do.
func (s *Stay) may(want bot.Capabilities) error {
	if err := s.Joined(Patience, 1); err != nil {
		return err
	}
	want.SelfUnmute = false
	return s.until(Patience, "the rights "+want.String(), func() bool {
		can := s.can
		can.SelfUnmute = false
		return can == want
	})
}

// id finds somebody who is in the room.
func (s *Stay) id(name string) (id string, err error) {
	for began := time.Now(); time.Since(began) < Patience; <-time.After(20 * time.Millisecond) {
		for _, here := range s.room.People() {
			if here.Name == name {
				return here.ID, nil
			}
		}
	}
	return "", fmt.Errorf("roomtest: %s is not in the room", name)
}

// act does something to somebody, and demands that its effect is seen in time. The room gives a server some seconds: where it may take
// longer, because the machine is busy, it is told again.
func (s *Stay) act(verb models.Verb, id, text string) error {
	for began := time.Now(); ; {
		out := s.room.Act(context.Background(), models.Action{ID: "x", Verb: verb, TargetID: id, Text: text}, room.ActOptions{Limit: verb})
		took := time.Since(began)
		if out.Done == verb && out.How != "" && took <= actWithin {
			return nil
		}
		if out.Done != "" || took > actWithin {
			return fmt.Errorf("roomtest: %s: done %q by %q after %v: %s", verb, out.Done, out.How, took, out.Action.Error)
		}
	}
}

// noRights has a bot without rights try: each is refused with a word that it has none.
func (p Place) noRights(log *slog.Logger) error {
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
	if err := s.may(p.Bare); err != nil {
		return err
	}
	id, err := s.id("Ana")
	if err != nil {
		return err
	}
	for _, verb := range []models.Verb{models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbRemove, models.VerbBan} {
		if p.Bare.Has(verb, false) {
			continue
		}
		if err := s.refused(verb, id); err != nil {
			return err
		}
	}
	return nil
}

// refused tries what the bot has no right to. A server that does not answer in time is asked again.
func (s *Stay) refused(verb models.Verb, id string) error {
	for began := time.Now(); ; {
		out := s.room.Act(context.Background(), models.Action{Verb: verb, TargetID: id}, room.ActOptions{Limit: verb})
		if out.Done == "" && (strings.Contains(out.Action.Error, "no right") || strings.Contains(out.Action.Error, "only listen")) {
			return nil
		}
		if out.Done != "" || time.Since(began) > actWithin {
			return fmt.Errorf("roomtest: %s without the right: done %q, %s", verb, out.Done, out.Action.Error)
		}
	}
}
