package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// lookAgain requests a second look at a flagged clip for each verdict that waits for one.
func (s *Session) lookAgain(looks []engine.LookRequest, clip *models.Clip) {
	for _, l := range looks {
		w := pendingLook{s, l}
		if clip == nil || !s.queue.Again(*clip, w.made) {
			s.post(w.lost)
		}
	}
}

// pendingLook is a verdict that waits for a second look.
type pendingLook struct {
	*Session
	request engine.LookRequest
}

// made passes the result of a second look to the judge, on the goroutine that decoded.
func (l pendingLook) made(u models.Utterance) {
	_ = l.do(context.Background(), func() error { l.judged(u); return nil }) // it has no error
}

// lost reports to the judge that no second look is possible.
func (l pendingLook) lost() { l.judged(models.Utterance{State: models.UtteranceFailed}) }

func (l pendingLook) judged(u models.Utterance) {
	l.late("second look", l.request.Decision, l.request.Utterance.String(), func() (engine.Outcome, error) {
		return l.judge.rules.SecondLook(l.request.Decision, u.Model, u, u.State == models.UtteranceFailed, time.Now())
	})
}

// late passes to the judge what a decision has waited for, unless the decision has been erased meanwhile.
func (s *Session) late(what, decision, key string, judge func() (engine.Outcome, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if s.gone(ctx, decision) {
		s.judge.rules.Lapsed([]models.Decision{{ID: decision}})
		return
	}
	var out engine.Outcome
	err := models.ErrNotFound
	s.judge.guarded(key, func() { out, err = judge() })
	if err != nil {
		if !errors.Is(err, models.ErrNotFound) { // otherwise the verdict has lapsed
			s.log.Error(what+" not taken", "session", s.session.ID, "err", err) //nolint:sloglint // one of two words of ours
		}
		return
	}
	s.take(ctx, out)
}

// askOpinions queues stored verdicts for a second opinion.
func (s *Session) askOpinions(requests []engine.OpinionRequest) {
	for _, r := range requests {
		w := pendingOpinion{s, r}
		if !s.second.put(question{request: r, lines: w.lines, answer: w.answered}) {
			s.post(w.unasked)
		}
	}
}

// pendingOpinion is a verdict that waits for a second opinion.
type pendingOpinion struct {
	*Session
	request engine.OpinionRequest
}

// lines reads the lines of the match.
func (d pendingOpinion) lines(ctx context.Context) ([]models.Utterance, error) {
	return d.linesOf(ctx, d.request)
}

// answered passes the opinion to the judge, on the goroutine that asked.
func (d pendingOpinion) answered(o models.Opinion) {
	_ = d.do(context.Background(), func() error { d.judged(o); return nil }) // it has no error
}

// unasked reports to the judge that no opinion is requested.
func (d pendingOpinion) unasked() { d.judged(models.Opinion{State: models.OpinionUnasked}) }

func (d pendingOpinion) judged(o models.Opinion) {
	d.late("second opinion", d.request.Decision, "", func() (engine.Outcome, error) {
		return d.judge.rules.Opinion(d.request.Decision, o, time.Now())
	})
}
