package live

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/opinion"
	"earshot/moderation/summary"
)

const (
	opinionsAtOnce = 4
	maxOpinions    = 64 // queued questions; beyond them a verdict stands
	// neighbours is how many words before and after the match are sent with it.
	neighbours = 20
)

// Opinions requests second opinions in the background. A nil one requests none.
type Opinions struct {
	client *opinion.Client
	log    *slog.Logger

	mu     sync.Mutex
	closed bool
	queue  chan question
}

// question is a verdict that waits for a second opinion until a time.
type question struct {
	request engine.OpinionRequest
	// lines reads the stored lines of the match.
	lines func(context.Context) ([]models.Utterance, error)
	// answer receives the opinion, on the goroutine that asked.
	answer func(models.Opinion)
	until  time.Time
}

// NewOpinions returns an Opinions that uses a client, which is closed when Sessions.Run ends.
func NewOpinions(c *opinion.Client, log *slog.Logger) *Opinions {
	o := &Opinions{client: c, log: log, queue: make(chan question, maxOpinions)}
	//nolint:sloglint // a sentence of ours, by its setting
	log.Log(context.Background(), o.level(slog.LevelWarn), o.Notice(), "host", c.Host())
	return o
}

// Leaves reports whether text leaves this machine.
func (o *Opinions) Leaves() bool { return o != nil && o.client.Leaves() }

// Notice is a sentence about what is sent where.
func (o *Opinions) Notice() string {
	if o.client.Leaves() {
		return "Second opinions: flagged words and the words around them are sent from this machine to " + o.client.Host() + "."
	}
	return "Second opinions: flagged words are sent to a model on this machine, at " + o.client.Host() + "."
}

// level returns the log level of messages that matter when text leaves the machine.
func (o *Opinions) level(leaving slog.Level) slog.Level {
	if o.client.Leaves() {
		return leaving
	}
	return slog.LevelDebug
}

// put queues a question; it returns false if it will not be asked.
func (o *Opinions) put(q question) bool {
	if o == nil {
		return false
	}
	q.until = time.Now().Add(o.client.Timeout())
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	select {
	case o.queue <- q:
		return true
	default:
		return false
	}
}

// run asks the queued questions until the context ends. Verdicts without an answer then stand.
func (o *Opinions) run(ctx context.Context) error {
	var group errgroup.Group
	for range opinionsAtOnce {
		group.Go(func() error {
			for {
				select {
				case q := <-o.queue:
					q.answer(models.Opinion{By: o.client.By(), State: o.ask(ctx, q)})
				case <-ctx.Done():
					return nil
				}
			}
		})
	}
	err := group.Wait()
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	for {
		select {
		case q := <-o.queue:
			q.answer(models.Opinion{By: o.client.By(), State: models.OpinionUnasked})
		default:
			o.client.Close()
			return err
		}
	}
}

// ask asks one question. Lines that contain instructions to a model are not sent: the verdict stands.
func (o *Opinions) ask(ctx context.Context, q question) models.OpinionState {
	ctx, cancel := context.WithDeadline(ctx, q.until)
	defer cancel()
	lines, err := q.lines(ctx)
	if err != nil {
		o.log.Warn("no line for a second opinion", "session", q.request.Utterance.Session, "err", err)
		return models.OpinionUnasked
	}
	matched, around := excerpt(lines, q.request.Matched)
	if matched == "" || slices.ContainsFunc(lines, func(u models.Utterance) bool { return summary.ForMachines(u.Text) }) || ctx.Err() != nil {
		return models.OpinionUnasked
	}
	o.log.Log(ctx, o.level(slog.LevelInfo), "flagged words sent for a second opinion", "session", q.request.Utterance.Session,
		"host", o.client.Host(), "chars", len(around))
	disagrees, err := o.client.Ask(ctx, opinion.Question{Rule: q.request.Rule, Matched: matched, Excerpt: around})
	switch {
	case err != nil:
		o.log.Warn("no second opinion; the verdict stands", "session", q.request.Utterance.Session, "err", err)
		return models.OpinionNone
	case disagrees:
		return models.OpinionDisagreed
	}
	return models.OpinionAgreed
}

// excerpt returns the matched words as stored, and the same with their neighbours.
func excerpt(lines []models.Utterance, match []models.Word) (matched, around string) {
	var words, hit []string
	first, last := -1, -1
	for _, u := range lines {
		for _, w := range u.Words {
			if slices.ContainsFunc(match, func(m models.Word) bool { return m.StartMS == w.StartMS && m.EndMS == w.EndMS }) {
				if first < 0 {
					first = len(words)
				}
				last = len(words)
				hit = append(hit, w.Text)
			}
			words = append(words, w.Text)
		}
	}
	if first < 0 {
		return "", ""
	}
	return strings.Join(hit, " "), strings.Join(words[max(0, first-neighbours):min(len(words), last+1+neighbours)], " ")
}
