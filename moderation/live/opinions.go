package live

import (
	"context"
	"errors"
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
	maxOpinions    = 64 // questions that wait; a verdict beyond them stands as it is
	// neighbours is how many words before and after those that matched are sent with them.
	neighbours = 20
)

// Opinions asks for second opinions, off the path of live text.
type Opinions struct {
	client *opinion.Client
	log    *slog.Logger

	mu     sync.Mutex
	closed bool
	queue  chan question
}

// question is a verdict that waits for a second opinion, and until when.
type question struct {
	j       *judged
	request engine.OpinionRequest
	until   time.Time
}

// NewOpinions asks a model by its client, which is closed when Opine ends.
func NewOpinions(c *opinion.Client, log *slog.Logger) *Opinions {
	o := &Opinions{client: c, log: log, queue: make(chan question, maxOpinions)}
	// nolint:sloglint // a sentence of ours, by its setting
	log.Log(context.Background(), o.level(slog.LevelWarn), o.Notice(), "host", c.Host())
	return o
}

// Leaves reports whether text leaves this machine.
func (o *Opinions) Leaves() bool { return o != nil && o.client.Leaves() }

// Notice says what is sent where.
func (o *Opinions) Notice() string {
	if o.client.Leaves() {
		return "Second opinions: flagged words and those around them leave this machine, to " + o.client.Host() + "."
	}
	return "Second opinions: flagged words are shown to a model on this machine, at " + o.client.Host() + "."
}

// level is how loudly something is logged that matters when text leaves the machine.
func (o *Opinions) level(leaving slog.Level) slog.Level {
	if o.client.Leaves() {
		return leaving
	}
	return slog.LevelDebug
}

// put queues a question; false says that it will not be asked.
func (o *Opinions) put(q question) bool {
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

// Opine asks what is queued until the context ends. What is not answered then stands as it is.
func (d *Desk) Opine(ctx context.Context) error {
	o := d.second
	var group errgroup.Group
	for range opinionsAtOnce {
		group.Go(func() error {
			for {
				select {
				case q := <-o.queue:
					d.answerOpinion(q, o.ask(ctx, d, q))
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
			d.answerOpinion(q, models.OpinionUnasked)
		default:
			o.client.Close()
			return err
		}
	}
}

// askOpinions queues the verdicts that wait for a second opinion; the caller holds the session's lock, and has stored them.
func (d *Desk) askOpinions(j *judged, requests []engine.OpinionRequest) {
	for _, r := range requests {
		if d.second == nil || !d.second.put(question{j, r, time.Now().Add(d.second.client.Timeout())}) {
			d.opined(j, r.Decision, models.Opinion{State: models.OpinionUnasked})
		}
	}
}

// answerOpinion takes an answer to the judge.
func (d *Desk) answerOpinion(q question, state models.OpinionState) {
	q.j.mu.Lock()
	defer q.j.mu.Unlock()
	d.opined(q.j, q.request.Decision, models.Opinion{By: d.second.client.By(), State: state})
}

// opined decides what waited for a second opinion; the caller holds the session's lock.
func (d *Desk) opined(j *judged, decision string, o models.Opinion) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if d.gone(ctx, decision) {
		j.judge.Lapsed([]models.Decision{{ID: decision}})
		return
	}
	var out engine.Outcome
	err := models.ErrNotFound
	d.guarded(j, "", func() { out, err = j.judge.Opinion(decision, o, time.Now()) })
	if err != nil {
		if !errors.Is(err, models.ErrNotFound) {
			d.log.Error("second opinion not taken", "session", j.session.ID, "err", err)
		}
		return
	}
	d.take(ctx, j, out)
}

// ask asks one question. Lines that speak to machines are not shown to one: they stand as the rule found them.
func (o *Opinions) ask(ctx context.Context, d *Desk, q question) models.OpinionState {
	ctx, cancel := context.WithDeadline(ctx, q.until)
	defer cancel()
	lines, err := d.linesOf(ctx, q.request)
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

// linesOf reads the lines that a match lies in, as they are stored: what was redacted is masked in them.
func (d *Desk) linesOf(ctx context.Context, r engine.OpinionRequest) ([]models.Utterance, error) {
	u, err := d.store.Utterance(ctx, r.Utterance)
	if err != nil || r.Matched[0].StartMS >= u.StartMS {
		return []models.Utterance{u}, err
	}
	all, err := d.store.Utterances(ctx, r.Utterance.Session)
	return slices.DeleteFunc(all, func(l models.Utterance) bool {
		return l.SpeakerID != u.SpeakerID || l.EndMS < r.Matched[0].StartMS || l.StartMS > u.StartMS
	}), err
}

// excerpt is what matched, as the lines have it, and the same with its neighbours.
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
