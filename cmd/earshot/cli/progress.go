package cli

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

// lineEvery is how often a line tells the progress where no bar can be drawn.
const lineEvery = 30 * time.Second

// Progress shows on the error output how far lengthy work is: as a bar on a terminal, elsewhere as a line every 30 s, so that work that
// takes less is silent there. The caller must call Close.
type Progress struct {
	bar         *progressbar.ProgressBar // nil: lines are printed
	what        string
	bytes       bool
	done, total atomic.Int64
	stop, ended chan struct{}
}

// Progress shows the progress of what is named, in steps that are counted. A total of -1 is unknown.
func (e *Env) Progress(total int64, what string) *Progress {
	return e.progress(&Progress{what: what}, total, progressbar.OptionShowCount())
}

// ByteProgress is Progress in bytes.
func (e *Env) ByteProgress(total int64, what string) *Progress {
	return e.progress(&Progress{what: what, bytes: true}, total, progressbar.OptionShowBytes(true))
}

// Bar returns a progress bar on the error output, which must be a terminal. A total of -1 is unknown.
func (e *Env) Bar(total int64, what string) *progressbar.ProgressBar { return e.bar(total, what) }

func (e *Env) bar(total int64, what string, more ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, append(more,
		progressbar.OptionSetWriter(e.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))...)
}

func (e *Env) progress(p *Progress, total int64, how progressbar.Option) *Progress {
	p.total.Store(total)
	if e.ErrorPaint().On() {
		p.bar = e.bar(total, p.what, how)
		_ = p.bar.RenderBlank()
		return p
	}
	p.stop, p.ended = make(chan struct{}), make(chan struct{})
	go p.tell(func(line string) { e.Tellf("%s", line) })
	return p
}

// tell prints a line from time to time, and a last one at the end of work of which lines were printed.
func (p *Progress) tell(say func(line string)) {
	defer close(p.ended)
	began, tick, told := time.Now(), time.NewTicker(lineEvery), false
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			say(p.line(time.Since(began)))
			told = true
		case <-p.stop:
			if told {
				say(p.line(time.Since(began)))
			}
			return
		}
	}
}

// line says how far the work is that began some time ago.
func (p *Progress) line(ago time.Duration) string {
	done, total, unit := p.done.Load(), p.total.Load(), ""
	if p.bytes {
		done, total, unit = done/1e6, total/1e6, " MB"
	}
	s := ""
	switch {
	case total > 0:
		s = fmt.Sprintf("%d of %d%s, ", done, total, unit)
	case done > 0:
		s = fmt.Sprintf("%d%s, ", done, unit)
	}
	return fmt.Sprintf("%s: %s%.0f s", p.what, s, ago.Seconds())
}

// Done sets how much is done.
func (p *Progress) Done(n int64) {
	p.done.Store(n)
	p.draw(n)
}

// Add adds to how much is done. Any goroutine may call it.
func (p *Progress) Add(n int) { p.draw(p.done.Add(int64(n))) }

func (p *Progress) draw(done int64) {
	if p.bar != nil {
		_ = p.bar.Set64(done)
	}
}

// Total sets how much there is to do, once that is known.
func (p *Progress) Total(n int64) {
	p.total.Store(n)
	if p.bar != nil {
		p.bar.ChangeMax64(max(1, n))
	}
}

// Close removes the bar, also of work that was not completed.
func (p *Progress) Close() {
	if p.bar != nil {
		_ = p.bar.Clear()
		_ = p.bar.Exit()
		return
	}
	close(p.stop)
	<-p.ended
}
