package pages

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
)

// remembered is how many of the latest lines a stream can render again when a flag highlights words in them.
const remembered = 64

// fragments renders events as pieces of a session's page, with the same templates as the page. Every top-level element of a piece
// has an id, and in data-in the id of its container; the script replaces the element with that id or inserts it in the order of
// data-at. It is used by one stream.
type fragments struct {
	p       *painter
	listens listens // what the visitor can do about the listening
	recent  map[models.Key]*drawn
	order   []models.Key
	flags   map[string]models.Flag // the session's flags, to render them again when they are decided
	follows string                 // the next session in the room
	paused  bool                   // listening; an event of the session tells when it changes
}

// drawn is a line as it was sent.
type drawn struct {
	line  models.Utterance
	flags []models.Flag
}

// Pieces renders the events of a session as pieces of its page.
func (s *Pages) Pieces(ctx context.Context, session string) (events.Encoder, error) {
	f, err := s.newFragments(ctx, session)
	if err != nil {
		return nil, err
	}
	return f.encode, nil
}

func (s *Pages) newFragments(ctx context.Context, session string) (*fragments, error) {
	h, err := s.Record.Snapshot(ctx, session, false)
	if err != nil {
		return nil, err
	}
	p := s.painter(h.Session, auth.VisitorOf(ctx), castOf(h))
	p.keep(h.Clips...)
	p.known = known(h)
	f := &fragments{p: p, recent: make(map[models.Key]*drawn, remembered), flags: make(map[string]models.Flag, len(h.Flags))}
	f.follows, f.paused = h.Follows, s.paused(ctx, h.Session)
	f.listens = sessionPages{s}.listensIn(ctx, h.Session, false)
	for _, x := range h.Flags {
		f.flags[x.ID] = x
	}
	return f, nil
}

func (f *fragments) encode(e models.Event) (events.Message, error) {
	var b bytes.Buffer
	var err error
	switch {
	case e.Session != nil && e.Session.ID != f.p.ses.ID, e.Room != nil:
		err = f.elsewhere(&b, e)
	case e.Session != nil:
		f.p.ses = *e.Session
		f.paused = f.p.s.paused(context.Background(), f.p.ses)
		err = f.head(&b)
	case e.Consent != nil:
		err = f.consent(&b, *e.Consent)
	case e.Summary != nil:
		return events.Message{Event: "again", Data: "summary"}, nil
	case e.Speaker != nil:
		err = f.draw(&b, "strip", &strip{Who: f.p.cast.put(*e.Speaker), ScaleMS: 1})
	case e.Partial != nil && e.Partial.Stable+e.Partial.Tail == "": // taken back
		err = f.draw(&b, "gone", LineID(e.Partial.Key))
	case e.Partial != nil:
		if err = f.newcomer(&b, e.Partial.SpeakerID, e.Partial.SpeakerName); err == nil {
			err = f.draw(&b, "line", f.p.partial(*e.Partial))
		}
	case e.Utterance != nil:
		err = f.utterance(&b, *e.Utterance)
	case e.Flag != nil:
		err = f.flag(&b, *e.Flag)
	case e.Evidence != nil:
		f.p.keep(*e.Evidence) // drawn with the flag that comes next
	case e.Decision != nil:
		f.p.known.put(*e.Decision)
		err = f.again(&b, e.Decision.Flag)
	case e.Action != nil:
		f.p.known.did(*e.Action)
		err = f.outcome(&b, e.Action.Decision)
	case e.Floor != nil:
		err = f.draw(&b, "next", f.p.next(*e.Floor))
	case e.Gap != nil:
		err = f.draw(&b, "gap", f.p.gap(*e.Gap))
	}
	if err != nil {
		return events.Message{}, err
	}
	if b.Len() == 0 {
		return events.Message{}, nil
	}
	return events.Message{Data: b.String()}, nil
}

// head renders the top of the page, and the listening controls.
func (f *fragments) head(b *bytes.Buffer) error {
	h := f.p.s.head(context.Background(), f.p.ses, f.follows, f.paused)
	err := errors.Join(f.draw(b, "head", h), f.draw(b, "about", h))
	l := f.listens
	if !l.May {
		return err
	}
	if !h.Live {
		return errors.Join(err, f.draw(b, "gone", "listening"), f.draw(b, "gone", "pausing"))
	}
	l.Paused = h.Paused
	return errors.Join(err, f.draw(b, "listening", l), f.draw(b, "pausing", l))
}

// elsewhere renders the top again when another session of the room follows this one, or when the cause that prevents the bot from
// hearing the room has changed.
func (f *fragments) elsewhere(b *bytes.Buffer, e models.Event) error {
	own := f.p.ses
	switch {
	case e.Room != nil && e.Room.Room == own.Room:
	case e.Session != nil && e.Session.Room == own.Room && e.Session.Started.After(own.Started) && f.follows == "":
		f.follows = e.Session.ID
	default:
		return nil
	}
	return f.head(b)
}

// consent renders the row of somebody who objected to transcription, or withdrew the objection.
func (f *fragments) consent(b *bytes.Buffer, c models.Consent) error {
	if c.SpeakerID == "" || c.What != models.ConsentObjected && c.What != models.ConsentWithdrew {
		return nil
	}
	who, _ := f.p.cast.find(c.SpeakerID, c.SpeakerName)
	who.LeftOut = c.What == models.ConsentObjected
	return f.draw(b, "strip", &strip{Who: who, ScaleMS: 1})
}

func (f *fragments) draw(b *bytes.Buffer, part string, data any) error {
	if err := f.p.s.templates["parts"].ExecuteTemplate(b, part, data); err != nil {
		return fmt.Errorf("part %s: %w", part, err)
	}
	return nil
}

// newcomer adds a row to the timeline for somebody who speaks without having been announced.
func (f *fragments) newcomer(b *bytes.Buffer, id, name string) error {
	who, known := f.p.cast.find(id, name)
	if known {
		return nil
	}
	return f.draw(b, "strip", &strip{Who: who, ScaleMS: 1})
}

func (f *fragments) utterance(b *bytes.Buffer, u models.Utterance) error {
	if !shown(u) { // nothing was said after all: a partial in its place is removed
		return f.draw(b, "gone", LineID(u.Key))
	}
	if err := f.newcomer(b, u.SpeakerID, u.SpeakerName); err != nil {
		return err
	}
	d := f.recent[u.Key]
	if d == nil {
		d = &drawn{flags: f.raised(u.Key)}
		f.remember(u.Key, d)
	}
	d.line = u
	return f.draw(b, "line", f.p.line(u, d.flags))
}

func (f *fragments) remember(k models.Key, d *drawn) {
	if len(f.order) == remembered {
		delete(f.recent, f.order[0])
		f.order = f.order[1:]
	}
	f.order = append(f.order, k)
	f.recent[k] = d
}

// flag renders the line again with the matched words highlighted if the line is remembered; otherwise only the flag is added to its
// line. In both cases it is added to the list.
func (f *fragments) flag(b *bytes.Buffer, fl models.Flag) error {
	f.flags[fl.ID] = fl
	v := f.p.flag(fl)
	if d := f.recent[fl.Utterance]; d != nil {
		d.put(fl)
		if err := f.draw(b, "line", f.p.line(d.line, d.flags)); err != nil {
			return err
		}
	} else if err := f.draw(b, "inflag", v); err != nil {
		return err
	}
	if err := f.draw(b, "flag", v); err != nil {
		return err
	}
	return f.ask(b, fl.Utterance)
}

// raised returns the flags of a line.
func (f *fragments) raised(k models.Key) (out []models.Flag) {
	for _, x := range f.flags {
		if x.Utterance == k {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b models.Flag) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// ask renders the card of a line about which a host is asked, or removes it.
func (f *fragments) ask(b *bytes.Buffer, k models.Key) error {
	h := models.Snapshot{Flags: slices.Collect(maps.Values(f.flags))}
	slices.SortFunc(h.Flags, func(a, b models.Flag) int { return cmp.Compare(a.ID, b.ID) })
	for _, d := range f.recent {
		h.Lines = append(h.Lines, d.line)
	}
	for _, c := range f.p.asks(h) {
		if c.LineID == LineID(k) {
			return f.draw(b, "linecard", c)
		}
	}
	return f.draw(b, "gone", cardID(LineID(k)))
}

// again renders a flag again after its outcome has changed.
func (f *fragments) again(b *bytes.Buffer, id string) error {
	fl, ok := f.flags[id]
	if !ok {
		return nil
	}
	return f.flag(b, fl)
}

// outcome renders the flag of a decision again.
func (f *fragments) outcome(b *bytes.Buffer, decision string) error {
	for _, d := range f.p.known.byFlag {
		if d.ID == decision && decision != "" {
			return f.again(b, d.Flag)
		}
	}
	return nil
}

// put adds a flag or replaces an earlier state of it.
func (d *drawn) put(fl models.Flag) {
	for i := range d.flags {
		if d.flags[i].ID == fl.ID {
			d.flags[i] = fl
			return
		}
	}
	d.flags = append(d.flags, fl)
}
