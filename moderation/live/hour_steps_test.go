package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/models"
)

// settled is the time after which the state must match the model: some checks, an attempt and its effect.
const settled = 15 * time.Second

// do carries out one step, and checks that everything is as it must be.
func (h *hour) do(s step) {
	switch s.What {
	case "say", "say badly":
		h.say(s.Who, s.What == "say badly")
	case "come":
		h.simulatedRoom.come(s.Who)
	case "leave":
		h.simulatedRoom.leave(s.Who)
	case "wait":
		h.pass(time.Duration(s.For) * time.Second)
	case "mute":
		h.act(s.Who, models.VerbMute, time.Duration(s.For)*time.Second)
	case "unmute":
		h.act(s.Who, models.VerbUnmute, 0)
	case "cut":
		h.simulatedRoom.setDown(true)
	case "back":
		h.simulatedRoom.setDown(false)
		h.pass(40 * time.Second)
	case "hold the decoder", "free the decoder":
		h.held = s.What == "hold the decoder"
	case "object", "withdraw":
		h.object(s.Who, s.What == "object")
	case "crash":
		h.breakDown()
	case "restart", "set the clock":
		h.part()
		if s.What == "set the clock" {
			h.skew += time.Duration(s.For-20) * time.Minute
		}
		h.must(h.store.Close())
		h.open()
		h.join()
	case "erase the person":
		h.erasePerson(s.Who)
	case "erase the session":
		h.eraseSession()
	}
	h.pass(time.Second)
	h.check()
}

// say has somebody say a sentence. Between two of one person there is a pause.
func (h *hour) say(who string, bad bool) {
	here, muted, _, botCame := h.simulatedRoom.state(who)
	if !here {
		return
	}
	u := &utter{n: len(h.said) + 1, who: who, from: time.Now(), session: h.session.ID}
	h.bad[u.n] = bad
	h.simulatedRoom.say(who, h.voice)
	u.to = time.Now()
	_, mutedNow, _, botNow := h.simulatedRoom.state(who)
	whole := !botCame.IsZero() && botCame.Equal(botNow) && !muted && !mutedNow && !h.fuzzy[who]
	u.heard, u.hidden = whole && !h.objects[who], whole && h.objects[who]
	u.missed = h.entered[u.session] && botCame.IsZero() && botNow.IsZero()
	h.said = append(h.said, u)
	h.pass(2 * time.Second)
}

// act has a host take an action on somebody who is there.
func (h *hour) act(who string, verb models.Verb, long time.Duration) {
	here, _, _, botCame := h.simulatedRoom.state(who)
	if !here || botCame.IsZero() || time.Since(botCame) < time.Second {
		return
	}
	h.acts++
	a, err := h.sessions.Hosts().Act(context.Background(), models.Action{
		ID: fmt.Sprint("act", h.acts), Session: h.session.ID, Verb: verb, TargetID: who, TargetName: who, ForMS: long.Milliseconds(),
		By: "host", Created: time.Now().UTC(),
	})
	if err != nil || a.State != models.ActionSeen {
		h.fail("a host's %s of %s: %s %s, %v", verb, who, a.State, a.Error, err)
		return
	}
	x := h.mute(who)
	switch {
	case verb == models.VerbUnmute:
		*x = sentenceMute{at: time.Now()}
	case long == 0:
		*x = sentenceMute{on: true, at: time.Now()}
	default:
		x.extend(a.Seen.Add(long))
	}
}

// object has somebody write into the chat that they object, or no longer do.
func (h *hour) object(who string, objects bool) {
	here, _, _, botCame := h.simulatedRoom.state(who)
	if !here || botCame.IsZero() {
		return
	}
	for _, u := range h.said { // what was not cut yet is thrown away
		if u.who == who && time.Since(u.to) < 3*time.Second {
			u.heard = false
		}
	}
	word := "/optin"
	if objects {
		word = "/optout"
	}
	h.simulatedRoom.write(who, word)
	h.pass(5 * time.Second)
	h.objects[who], h.fuzzy[who] = objects, false
}

// breakDown kills the program: what it had not stored is lost. Another one starts.
func (h *hour) breakDown() {
	_ = h.store.Close()
	h.crash(time.Now())
	if _, _, _, botCame := h.simulatedRoom.state(""); botCame.IsZero() { // the session ends where the bot was last in the room
		for _, u := range h.said {
			u.missed = u.missed && u.session != h.session.ID
		}
	}
	h.cancel()
	h.stay.Wait()
	h.open()
	h.join()
}

func (h *hour) erasePerson(who string) {
	err := h.store.Erase(context.Background(), models.Erasure{Kind: models.ErasePerson, Target: who, By: "host"})
	if !errors.Is(err, models.ErrNotFound) { // nobody has heard of them
		h.must(err)
	}
	h.erased(func(u *utter) bool { return u.who == who })
	if err == nil {
		h.forgotten[who] = h.session.ID
	}
	h.mute(who).unsure, h.fuzzy[who] = true, true
}

// eraseSession erases the running session: the bot leaves by itself, and returns in a new session.
func (h *hour) eraseSession() {
	id := h.session.ID
	h.must(h.store.Erase(context.Background(), models.Erasure{Kind: models.EraseSession, Target: id, By: "host"}))
	h.erased(func(u *utter) bool { return u.session == id })
	for _, x := range h.mutes {
		x.unsure = true
	}
	select {
	case why := <-h.ended:
		if why != models.EndErased {
			h.fail("the erased session ended as %q", why)
		}
	case <-time.After(30 * time.Second):
		h.fail("the bot stays in a session that was erased 30 s ago")
		h.cancel()
	}
	h.stay.Wait()
	h.live = false
	for id := range h.mutes { // who objected is asked of the record, which may have forgotten it
		h.fuzzy[id] = true
	}
	h.join()
}

// check compares the restrictions in force with those that must be.
func (h *hour) check() {
	now := time.Now()
	if _, _, _, botCame := h.simulatedRoom.state(""); !botCame.IsZero() {
		h.entered[h.session.ID] = true
	}
	for who, x := range h.mutes {
		here, muted, came, botCame := h.simulatedRoom.state(who)
		if !here || botCame.IsZero() || now.Sub(came) < settled || now.Sub(botCame) < settled || now.Sub(x.at) < settled {
			continue
		}
		if want, sure := x.wants(now); sure && want != muted {
			h.fail("%s is muted: %v, and must be: %v, until %v (%v ago)", who, muted, want, x.until, now.Sub(x.until))
		}
	}
}

// checkTold checks that everybody who stays long enough was told about the bot in this session, and that the record says so unless they
// were erased from it.
func (h *hour) checkTold() {
	for _, who := range []string{"ana", "ben", "cem"} {
		here, _, came, botCame := h.simulatedRoom.state(who)
		if !here || botCame.IsZero() || time.Since(came) < 3*time.Minute || time.Since(botCame) < 3*time.Minute {
			continue
		}
		if h.simulatedRoom.read(who).Before(h.session.Started) {
			h.fail("%s has been there for %v and was not told of the bot", who, time.Since(came))
		}
		if h.forgotten[who] == h.session.ID {
			continue
		}
		entries, err := h.store.Consents(context.Background(), h.session.ID, "", who, 100)
		h.must(err)
		told := false
		for _, e := range entries {
			told = told || e.What == models.ConsentTold
		}
		if !told {
			h.fail("%s has been there for %v and the record does not say that they were told of the bot", who, time.Since(came))
		}
	}
}

// finish ends the hour cleanly and checks that everything that must be stored is, and nothing else.
func (h *hour) finish() {
	h.held = false
	h.pass(10 * time.Second)
	h.part()
	h.pass(10 * time.Second)
	defer func() { h.must(h.store.Close()) }()
	ctx := context.Background()
	if open, err := h.store.OpenOfEnded(ctx); err != nil || len(open) > 0 {
		h.fail("verdicts of sessions that are over stand open: %+v, %v", open, err)
	}
	sessions, err := h.store.Sessions(ctx, models.SessionQuery{Limit: 1000})
	h.must(err)
	lines := map[string]bool{}
	for _, s := range sessions {
		us, err := h.store.Utterances(ctx, s.ID)
		h.must(err)
		for _, u := range us {
			lines[u.Text] = true
			if end := s.Ended.Sub(s.Started).Milliseconds(); u.EndMS > end+1 {
				h.fail("%s ends at %d ms, and a line of it at %d ms", s.ID, end, u.EndMS)
			}
		}
	}
	for _, u := range h.said {
		if u.missed && !h.toldOf(u) {
			h.fail("sentence %d of %s in %s was said while the bot was away, and no gap says so", u.n, u.who, u.session)
		}
		stored := lines[u.text(h.bad[u.n])]
		if u.heard && !stored {
			h.fail("sentence %d of %s in %s was heard and is not stored", u.n, u.who, u.session)
		}
		if u.hidden && stored {
			h.fail("sentence %d of %s in %s must not be stored", u.n, u.who, u.session)
		}
	}
}

// toldOf reports whether a gap of the session covers a sentence.
func (h *hour) toldOf(u *utter) bool {
	gaps, err := h.store.Gaps(context.Background(), u.session)
	h.must(err)
	from, to := u.from.Sub(h.starts[u.session]).Milliseconds(), u.to.Sub(h.starts[u.session]).Milliseconds()
	for _, g := range gaps {
		if g.Cause == models.GapCut && g.StartMS <= from+100 && g.EndMS >= to-100 {
			return true
		}
	}
	return false
}
