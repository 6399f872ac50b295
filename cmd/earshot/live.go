package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

// livePrinter writes a session to a terminal as it happens: one line an utterance, flags below the line they are about.
// It is used by one goroutine.
type livePrinter struct {
	w     io.Writer
	paint palette
	json  bool
	width int
	// guess is the unfinished line that stands at the bottom of the terminal, or nothing.
	guess models.Key
}

// newLivePrinter prints for people, with colour when the palette has it, or as one JSON event per line.
func newLivePrinter(w io.Writer, paint palette, asJSON bool) *livePrinter {
	return &livePrinter{w: w, paint: paint, json: asJSON, width: 6}
}

// Print writes one event. Events that a person need not see at once are passed over.
func (p *livePrinter) Print(e models.Event) error {
	if p.json {
		return json.NewEncoder(p.w).Encode(e)
	}
	if e.Partial != nil {
		return p.partial(*e.Partial)
	}
	text := p.text(e)
	if text != "" {
		text = p.wipe() + text + "\n"
	} else if e.Utterance != nil && e.Utterance.Key == p.guess { // nothing was said after all
		text = p.wipe()
	}
	if text == "" {
		return nil
	}
	_, err := io.WriteString(p.w, text)
	return err
}

// eraseLine moves to the beginning of the terminal's line and clears it.
const eraseLine = "\r\x1b[2K"

// maxGuess is how much of an unfinished line is shown: one that wraps could not be wiped.
const maxGuess = 56

// partial shows the newest unfinished line at the bottom, greyed, on a terminal; its end, where it is long.
func (p *livePrinter) partial(x models.Partial) error {
	if !p.paint.on {
		return nil
	}
	text := []rune(plain(x.Stable + x.Tail))
	if len(text) == 0 {
		if p.guess != x.Key {
			return nil
		}
		_, err := io.WriteString(p.w, p.wipe())
		return err
	}
	if len(text) > maxGuess {
		text = append([]rune("…"), text[len(text)-maxGuess:]...)
	}
	name := []rune(plain(x.SpeakerName))
	p.guess = x.Key
	_, err := fmt.Fprintf(
		p.w, "%s%s", eraseLine,
		p.paint.dim(fmt.Sprintf("%s  %s: %s …", export.Clock(x.StartMS), string(name[:min(len(name), 12)]), string(text))),
	)
	return err
}

// wipe takes the unfinished line away.
func (p *livePrinter) wipe() string {
	if p.guess == (models.Key{}) {
		return ""
	}
	p.guess = models.Key{}
	return eraseLine
}

func (p *livePrinter) text(e models.Event) string {
	switch {
	case e.Utterance != nil:
		return p.utterance(*e.Utterance)
	case e.Flag != nil:
		return p.flag(*e.Flag)
	case e.Decision != nil:
		return p.decision(*e.Decision)
	case e.Action != nil:
		return p.action(*e.Action)
	case e.Gap != nil:
		return p.paint.dim(plain(export.GapLine(*e.Gap)))
	case e.Session != nil && !e.Session.Live():
		return fmt.Sprintf(
			"%s  left %s (%s)", export.Clock(e.Session.Ended.Sub(e.Session.Started).Milliseconds()), plain(e.Session.Name),
			e.Session.Reason,
		)
	case e.Speaker != nil:
		p.width = min(20, max(p.width, utf8.RuneCountInString(e.Speaker.Name)))
		return p.paint.dim(fmt.Sprintf("%s  %s is here", export.Clock(e.Speaker.FirstMS), plain(e.Speaker.Name)))
	}
	return ""
}

func (p *livePrinter) utterance(u models.Utterance) string {
	if u.Text == "" && u.State == models.UtteranceOK {
		return ""
	}
	line := plain(export.Line(u, nil, p.width))
	if len(u.Doubt) > 0 {
		line = p.paint.dim(line)
	}
	return line
}

func (p *livePrinter) flag(f models.Flag) string {
	indent := fmt.Sprintf("%*s", len("00:00  ")+p.width+2, "")
	mark := fmt.Sprintf("▲ %s  %s", f.Rule, f.Level)
	if f.Level.Rank() >= models.LevelMedium.Rank() {
		mark = p.paint.alert(mark)
	} else {
		mark = p.paint.warn(mark)
	}
	return indent + mark + "  " + plain(f.SpeakerName+": "+f.Why)
}

// decision tells of an ask, and of a host's answer; what was only written down shows as its flag.
func (p *livePrinter) decision(d models.Decision) string {
	indent := fmt.Sprintf("%*s", len("00:00  ")+p.width+2, "")
	switch {
	case d.Ask == models.AskOpen:
		return indent + p.paint.warn("ask → host") + plain(fmt.Sprintf("  %s, %s: %s", d.SpeakerName, d.Rule, strings.Join(d.Offer, " · ")))
	case d.Ask == models.AskExpired:
		return indent + p.paint.dim("nobody answered: nothing was done")
	case d.DecidedBy != "" && d.DecidedBy != "rule":
		return indent + plain(fmt.Sprintf("⚑ %s: %s %s", d.DecidedBy, orWord(string(d.Ask), "decided"), d.Rule))
	}
	return ""
}

// action tells whether something took effect.
func (p *livePrinter) action(a models.Action) string {
	indent := fmt.Sprintf("%*s", len("00:00  ")+p.width+2, "")
	what := plain(strings.TrimSpace(fmt.Sprintf("%s %s", a.Verb, a.TargetName)))
	if a.State == models.ActionSeen {
		return indent + fmt.Sprintf("✓ %s, seen after %.1f s", what, a.Seen.Sub(a.Sent).Seconds())
	}
	return indent + p.paint.alert("✗ "+what) + "  " + plain(a.Error)
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// follow prints events until the channel is closed. After an error it goes on taking them, so that nobody waits.
func (p *livePrinter) follow(events <-chan models.Event) error {
	var err error
	for e := range events {
		if err == nil {
			err = p.Print(e)
		}
	}
	if rest := p.wipe(); err == nil && rest != "" {
		_, err = io.WriteString(p.w, rest)
	}
	return err
}
