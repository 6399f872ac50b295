package room

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"earshot/bot"
	"earshot/models"
)

// ActOptions are the options of Room.Act.
type ActOptions struct {
	// Limit is the harshest verb that may be used when milder ones have no effect. If empty, a mute may be escalated to
	// to_audience, and any other verb is not escalated. What can't be undone (remove, ban) is used only when requested or
	// named by Limit.
	Limit models.Verb
}

// Result is the outcome of an action.
type Result struct {
	// Action is the requested action with State, Attempts, Error, Sent and Seen filled in. Its state is seen, failed (even if a harsher verb
	// took effect instead), or sent if the context ended before an effect was observed.
	Action models.Action
	// Done is the verb that took effect, which may be harsher than the action's; empty if none did. Seen is when its effect
	// was observed.
	Done models.Verb
	Seen time.Time
	// How is the evidence of the effect.
	How string
	// Took is the time from the request to the effect.
	Took time.Duration
	// Steps holds all attempts, in order.
	Steps []Step
}

// Step is one attempt at an action.
type Step struct {
	Verb models.Verb
	// Taken reports that the server accepted the request, whether or not its effect was observed.
	Taken bool
	Seen  bool
	How   string
	Took  time.Duration
	Err   error
}

// Limits of an attempt.
const (
	doWithin   = 5 * time.Second        // for the server to accept the request
	seenWithin = 3 * time.Second        // for the effect to be observed
	seenHolds  = 500 * time.Millisecond // for which the effect must persist
	quietFor   = 300 * time.Millisecond // the silence that proves a mute
	lookEvery  = 50 * time.Millisecond
	tries      = 2 // attempts per verb
)

// ladder lists the verbs of escalation from mildest to harshest.
var ladder = []models.Verb{models.VerbMute, models.VerbToAudience, models.VerbRemove, models.VerbBan}

// rungs returns the verbs to try for an action, up to the limit.
func rungs(verb, limit models.Verb) []models.Verb {
	if limit == "" {
		limit = verb
		if verb == models.VerbMute {
			limit = models.VerbToAudience
		}
	}
	from, to := slices.Index(ladder, verb), slices.Index(ladder, limit)
	if from < 0 || to <= from {
		return []models.Verb{verb}
	}
	return ladder[from : to+1]
}

// actor carries out actions and observes their effect.
type actor struct {
	moderator bot.Moderator
	// can returns the bot's permissions, and false while it is not in the room.
	can func() (bot.Capabilities, bool)
	// quiet returns how long ago a person was last heard, and false if they have no track of their own.
	quiet func(id string) (time.Duration, bool)
}

// do attempts an action until its effect is observed, escalating as far as o allows. It blocks for some seconds per attempt.
func (x *actor) do(ctx context.Context, a models.Action, o ActOptions) Result {
	out := Result{Action: a}
	out.Action.Attempts, out.Action.Error = 0, ""
	began := time.Now()
	for _, verb := range rungs(a.Verb, o.Limit) {
		for range tries {
			s := x.try(ctx, &out.Action, verb)
			out.Steps = append(out.Steps, s)
			if s.Seen {
				out.Done, out.How, out.Took, out.Seen = verb, s.How, time.Since(began), time.Now().UTC()
				out.Action.State, out.Action.Seen = models.ActionSeen, out.Seen
				if verb != a.Verb {
					out.Action.State, out.Action.Seen = models.ActionFailed, time.Time{}
					out.Action.Error = complaint(out.Steps[:len(out.Steps)-1])
				}
				return out
			}
			if final(s.Err) || ctx.Err() != nil {
				break
			}
		}
		if errors.Is(out.Steps[len(out.Steps)-1].Err, bot.ErrAbsent) || ctx.Err() != nil {
			break
		}
	}
	out.Took = time.Since(began)
	if last := out.Steps[len(out.Steps)-1]; last.Taken && ctx.Err() != nil {
		out.Action.State = models.ActionSent
		return out
	}
	out.Action.State = models.ActionFailed
	out.Action.Error = complaint(out.Steps)
	return out
}

// final reports whether retrying the same verb is pointless.
func final(err error) bool {
	var refused *bot.RefusalError
	return errors.As(err, &refused) || errors.Is(err, bot.ErrAbsent) || errors.Is(err, bot.ErrNotJoined)
}

// complaint joins the reasons for which the attempts failed, without repetitions.
func complaint(steps []Step) string {
	out := ""
	for i, s := range steps {
		if i > 0 && s.Verb == steps[i-1].Verb && s.Err.Error() == steps[i-1].Err.Error() {
			continue
		}
		if out != "" {
			out += "; "
		}
		out += fmt.Sprintf("%s: %v", s.Verb, s.Err)
	}
	return out
}

// try sends a request once and observes its effect.
func (x *actor) try(ctx context.Context, a *models.Action, verb models.Verb) Step {
	s := Step{Verb: verb}
	began := time.Now()
	command, note, err := x.command(*a, verb)
	if err == nil {
		a.Attempts++
		asking, cancel := context.WithTimeout(ctx, doWithin)
		err = x.moderator.Execute(asking, command)
		cancel()
	}
	gone := errors.Is(err, bot.ErrAbsent) && command.Verb == models.VerbRemove
	if err != nil && !gone {
		s.Err, s.Took = err, time.Since(began)
		return s
	}
	s.Taken = !gone
	a.State, a.Sent = models.ActionSent, time.Now().UTC()
	if gone {
		s.How, s.Seen = "was no longer in the room", true
	} else {
		s.How, s.Err = x.look(ctx, command)
		s.Seen = s.Err == nil
	}
	if note != "" {
		s.How += ", " + note
	}
	s.Took = time.Since(began)
	return s
}

// command translates an action for the connector, or returns an error that says why it is impossible here.
func (x *actor) command(a models.Action, verb models.Verb) (c bot.Command, note string, err error) {
	can, joined := x.can()
	switch {
	case x.moderator == nil:
		return c, "", bot.Refuse("in this kind of room the bot can only listen", nil)
	case !joined:
		return c, "", bot.ErrNotJoined
	}
	c = bot.Command{Verb: verb, Target: a.TargetID, Text: a.Text}
	switch verb {
	case models.VerbMessage:
	case models.VerbNudge, models.VerbWarn:
		c.Verb = models.VerbMessage
		if !can.PrivateMessage && can.Message {
			c.Target = ""
			if a.TargetName != "" {
				c.Text = a.TargetName + ": " + a.Text
			}
			note = "said to the whole room: private messages are not possible here"
		}
	case models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbToStage, models.VerbRemove, models.VerbBan, models.VerbUnban:
		if a.TargetID == "" {
			return c, "", bot.Refuse("nobody was named", nil)
		}
	default:
		return c, "", bot.Refuse("is not an action in a room", nil)
	}
	if !can.Has(c.Verb, c.Target != "") {
		return c, "", bot.Refuse("the bot has no right to do this here", nil)
	}
	return c, note, nil
}

var errNoEffect = errors.New("the server accepted it, but no effect was seen")

// look waits until a command's effect has been observed and persists.
func (x *actor) look(ctx context.Context, o bot.Command) (how string, err error) {
	ctx, cancel := context.WithTimeout(ctx, seenWithin)
	defer cancel()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var since time.Time
	for {
		how, err = x.see(o)
		switch {
		case err != nil:
			since = time.Time{}
		case o.Verb == models.VerbMessage:
			return how, nil
		case since.IsZero():
			since = time.Now()
		case time.Since(since) >= seenHolds:
			return how, nil
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			if err == nil {
				err = errNoEffect
			}
			return "", err
		}
	}
}

// see checks once what the server reports and whether the person can still be heard.
func (x *actor) see(o bot.Command) (how string, err error) {
	ok, how := x.moderator.Effect(o)
	if !ok {
		return "", errNoEffect
	}
	if !slices.Contains(ladder, o.Verb) {
		return how, nil
	}
	quiet, apart := x.quiet(o.Target)
	if !apart {
		return how, nil
	}
	if quiet < quietFor {
		return "", errors.New(how + ", but the person is still heard")
	}
	return how + ", and nothing is heard", nil
}
