package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
)

// remembered is how many of the latest lines a stream can draw again when a flag marks words in them.
const remembered = 64

// fragments words events as pieces of a session's page, made by the same templates as the page. Every top-level element
// of a piece has an id, and in data-in the id of its place; the script replaces the element of that id or puts it there
// in the order of data-at. One stream owns it.
type fragments struct {
	p       *painter
	listens listens // what the visitor can do about the listening
	recent  map[models.Key]*drawn
	order   []models.Key
	flags   map[string]models.Flag // those of the session, to draw again what became of them
}

// drawn is a line as it was sent.
type drawn struct {
	line  models.Utterance
	flags []models.Flag
}

// Pieces words the events of a session as pieces of its page.
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
	case e.Session != nil:
		err = f.head(&b, *e.Session)
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

// head draws what the top of the page says of the session, and what can be done about the listening.
func (f *fragments) head(b *bytes.Buffer, ses models.Session) error {
	h := f.p.s.head(ses)
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
	if !shown(u) { // nothing was said after all: a partial that stands in its place goes
		return f.draw(b, "gone", LineID(u.Key))
	}
	if err := f.newcomer(b, u.SpeakerID, u.SpeakerName); err != nil {
		return err
	}
	d := f.recent[u.Key]
	if d == nil {
		d = &drawn{}
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

// flag draws the line again with the matched words marked when the line is remembered; else the flag alone goes into
// its place in the line. Either way it goes into the list.
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
	return f.draw(b, "flag", v)
}

// again draws a flag anew after something became of it.
func (f *fragments) again(b *bytes.Buffer, id string) error {
	fl, ok := f.flags[id]
	if !ok {
		return nil
	}
	return f.flag(b, fl)
}

// outcome draws the flag of a decision anew.
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
