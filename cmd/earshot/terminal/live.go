package terminal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

// LivePrinter writes a session to a terminal as it happens: one line an utterance, flags below the line they are about.
// It is used by one goroutine at a time.
type LivePrinter struct {
	w     io.Writer
	paint Palette
	json  bool
	width int
	// guess is the unfinished line that stands at the bottom of the terminal, or nothing.
	guess models.Key
}

// NewLivePrinter prints for people, with colour when the Palette has it, or as one JSON event per line.
func NewLivePrinter(w io.Writer, paint Palette, asJSON bool) *LivePrinter {
	return &LivePrinter{w: w, paint: paint, json: asJSON, width: 6}
}

// Print writes one event. Events that a person need not see at once are passed over.
func (p *LivePrinter) Print(e models.Event) error {
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
func (p *LivePrinter) partial(x models.Partial) error {
	if !p.paint.on {
		return nil
	}
	text := []rune(Plain(x.Stable + x.Tail))
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
	name := []rune(Plain(x.SpeakerName))
	p.guess = x.Key
	_, err := fmt.Fprintf(
		p.w, "%s%s", eraseLine,
		p.paint.Dim(fmt.Sprintf("%s  %s: %s …", export.Clock(x.StartMS), string(name[:min(len(name), 12)]), string(text))),
	)
	return err
}

// wipe takes the unfinished line away.
func (p *LivePrinter) wipe() string {
	if p.guess == (models.Key{}) {
		return ""
	}
	p.guess = models.Key{}
	return eraseLine
}

func (p *LivePrinter) text(e models.Event) string {
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
		return p.paint.Dim(Plain(export.GapLine(*e.Gap)))
	case e.Session != nil && !e.Session.Live():
		return fmt.Sprintf(
			"%s  left %s (%s)", export.Clock(e.Session.Ended.Sub(e.Session.Started).Milliseconds()), Plain(e.Session.Name),
			e.Session.Reason,
		)
	case e.Speaker != nil:
		p.width = min(20, max(p.width, utf8.RuneCountInString(e.Speaker.Name)))
		return p.paint.Dim(fmt.Sprintf("%s  %s is here", export.Clock(e.Speaker.FirstMS), Plain(e.Speaker.Name)))
	}
	return ""
}

func (p *LivePrinter) utterance(u models.Utterance) string {
	if u.Text == "" && u.State == models.UtteranceOK {
		return ""
	}
	line := Plain(export.Line(u, nil, p.width))
	if len(u.Doubt) > 0 {
		line = p.paint.Dim(line)
	}
	return line
}

func (p *LivePrinter) flag(f models.Flag) string {
	mark := p.paint.level(f.Level, fmt.Sprintf("▲ %s  %s", f.Rule, f.Level))
	return p.indent() + mark + "  " + Plain(f.SpeakerName+": "+f.Why)
}

// indent is where the words of lines begin.
func (p *LivePrinter) indent() string { return strings.Repeat(" ", len("00:00  ")+p.width+2) }

// decision tells of an ask, and of a host's answer; what was only written down shows as its flag.
func (p *LivePrinter) decision(d models.Decision) string {
	switch {
	case d.Ask == models.AskOpen:
		return p.indent() + p.paint.Warn("ask → host") + Plain(fmt.Sprintf("  %s, %s: %s", d.SpeakerName, d.Rule, strings.Join(d.Offer, " · ")))
	case d.Ask == models.AskExpired:
		return p.indent() + p.paint.Dim("nobody answered: nothing was done")
	case d.DecidedBy != "" && d.DecidedBy != "rule":
		return p.indent() + Plain(fmt.Sprintf("⚑ %s: %s %s", d.DecidedBy, cmp.Or(string(d.Ask), "decided"), d.Rule))
	}
	return ""
}

// action tells whether something took effect.
func (p *LivePrinter) action(a models.Action) string {
	what := Plain(strings.TrimSpace(fmt.Sprintf("%s %s", a.Verb, a.TargetName)))
	if a.State == models.ActionSeen {
		return p.indent() + fmt.Sprintf("✓ %s, seen after %.1f s", what, a.Seen.Sub(a.Sent).Seconds())
	}
	return p.indent() + p.paint.Alert("✗ "+what) + "  " + Plain(a.Error)
}

// While prints events until do has ended and stop has closed their channel. After an error it goes on taking them, so that
// nobody waits. What do prints itself must go through a SharedWriter that this printer writes to as well.
func (p *LivePrinter) While(events <-chan models.Event, stop func(), do func() error) error {
	printed := make(chan error, 1)
	go func() { printed <- p.follow(events) }()
	err := do()
	stop()
	return errors.Join(err, <-printed)
}

// follow prints events until the channel is closed. After an error it goes on taking them, so that nobody waits.
func (p *LivePrinter) follow(events <-chan models.Event) error {
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
