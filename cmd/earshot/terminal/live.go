package terminal

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

// LivePrinter prints a session to a terminal as it happens: a line per utterance, with its flags below.
// Only one goroutine may use it at a time.
type LivePrinter struct {
	w     io.Writer
	paint Palette
	json  bool
	width int
	// guess is the key of the unfinished line at the bottom of the terminal, if any.
	guess models.Key
	told  map[string]bool // ids of flags already printed
}

// NewLivePrinter prints for people, in colour if the Palette has colours, or as one JSON event per line.
func NewLivePrinter(w io.Writer, paint Palette, asJSON bool) *LivePrinter {
	return &LivePrinter{w: w, paint: paint, json: asJSON, width: 6, told: map[string]bool{}}
}

// Print prints one event. Events that nobody needs to see immediately are ignored.
func (p *LivePrinter) Print(e models.Event) error {
	if p.json {
		return json.NewEncoder(p.w).Encode(e)
	}
	if e.Partial != nil {
		return p.partial(*e.Partial)
	}
	text := p.text(e)
	if text != "" {
		text = p.wipe() + p.paint.Fold(text) + "\n"
	} else if e.Utterance != nil && e.Utterance.Key == p.guess { // the unfinished line turned out to contain no speech
		text = p.wipe()
	}
	if text == "" {
		return nil
	}
	_, err := io.WriteString(p.w, text)
	return err
}

// eraseLine moves the cursor to the start of the terminal's line and clears it.
const eraseLine = "\r\x1b[2K"

// maxGuess is how much of an unfinished line is shown at most, in columns: a line that wraps could not be erased.
const maxGuess = 56

// partial shows the newest unfinished line dimmed at the bottom of a terminal; only its end if it is long.
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
	name := []rune(Plain(x.SpeakerName))
	head := fmt.Sprintf("%s  %s: ", export.Clock(x.StartMS), string(name[:min(len(name), 12)]))
	room := maxGuess
	if p.paint.width > 0 {
		room = max(1, min(maxGuess, p.paint.width-columns(head)-len("...."))) // the marks around it and the last column
	}
	if columns(string(text)) > room {
		for columns(string(text)) > room {
			text = text[1:]
		}
		text = append([]rune("…"), text...)
	}
	p.guess = x.Key
	_, err := fmt.Fprintf(p.w, "%s%s", eraseLine, p.paint.Dim(head+string(text)+" …"))
	return err
}

// wipe erases the unfinished line.
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

// flag prints a flag once; later changes arrive as decisions.
func (p *LivePrinter) flag(f models.Flag) string {
	if p.told[f.ID] {
		return ""
	}
	p.told[f.ID] = true
	mark := p.paint.level(f.Level, fmt.Sprintf("▲ %s  %s", f.Rule, f.Level))
	return p.indent() + mark + "  " + Plain(f.SpeakerName+": "+f.Why)
}

// indent is the column where the text of lines begins.
func (p *LivePrinter) indent() string { return strings.Repeat(" ", len("00:00  ")+p.width+2) }

// decision prints asks and hosts' answers; what was only logged was printed as a flag.
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

// action prints whether an action took effect.
func (p *LivePrinter) action(a models.Action) string { return p.indent() + ActionText(p.paint, a) }

// ActionText returns one line that says whether an action took effect.
func ActionText(paint Palette, a models.Action) string {
	o := a.Outcome(a.TargetName, time.Now())
	line := Plain(o.Sign + " " + o.Text)
	if a.State == models.ActionSeen || a.State == models.ActionUndone {
		return line
	}
	return paint.Alert(line)
}

// While prints events until do has returned and stop has closed their channel. After an error it keeps receiving them, so that
// no sender blocks. Anything do prints itself must go through a SharedWriter that this printer also writes to.
func (p *LivePrinter) While(events <-chan models.Event, stop func(), do func() error) error {
	printed := make(chan error, 1)
	go func() { printed <- p.follow(events) }()
	err := do()
	stop()
	return errors.Join(err, <-printed)
}

// follow prints events until the channel is closed. After an error it keeps receiving them, so that no sender blocks.
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
