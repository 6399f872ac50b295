package transcripts

import (
	"fmt"
	"time"

	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/terminal"
	"earshot/moderation/review/export"
)

// barEvery is how often a progress bar is redrawn, lineEvery how often a line is printed off a terminal.
const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 30 * time.Second
)

// watch reports the progress of a transcription until it is stopped.
func (j *Job) watch(p *recording.Progress, name string) (stop func()) {
	every, show, end := lineEvery, func() { j.Tell.Tellf("%s", progressLine(p, name)) }, func() {}
	if j.Bar != nil {
		bar := j.Bar(max(-1, p.Length().Milliseconds()-1), terminal.Plain(name))
		every, show, end = barEvery, func() { _ = bar.Set64(p.Read().Milliseconds()) }, func() { _ = bar.Exit() }
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer end()
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				show()
			}
		}
	}()
	return func() { close(done); <-ended }
}

// progressLine describes how far a transcription has come.
func progressLine(p *recording.Progress, name string) string {
	of := ""
	if n := p.Length().Milliseconds(); n > 0 {
		of = " of " + export.Clock(n)
	}
	return fmt.Sprintf("%s: %s%s read, %d lines", terminal.Plain(name), export.Clock(p.Read().Milliseconds()), of, p.Lines())
}
