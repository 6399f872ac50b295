package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// lookAgain has a flagged clip decoded once more for each verdict that waits for it.
func (s *Session) lookAgain(looks []engine.LookRequest, clip *models.Clip) {
	for _, l := range looks {
		queued := clip != nil && s.queue.Again(*clip, func(u models.Utterance) {
			_ = s.do(context.Background(), func() error { s.looked(l, u); return nil }) // it has no error
		})
		if !queued {
			s.looked(l, models.Utterance{State: models.UtteranceFailed})
		}
	}
}

// looked takes what a second look heard to the judge.
func (s *Session) looked(l engine.LookRequest, u models.Utterance) {
	s.late("second look", l.Decision, l.Utterance.String(), func() (engine.Outcome, error) {
		return s.judge.rules.SecondLook(l.Decision, u.Model, u, u.State == models.UtteranceFailed, time.Now())
	})
}

// late takes to the judge what a decision has waited for, unless the decision was erased meanwhile.
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
		if !errors.Is(err, models.ErrNotFound) { // it came too late: the verdict has lapsed
			s.log.Error(what+" not taken", "session", s.session.ID, "err", err) //nolint:sloglint // one of two words of ours
		}
		return
	}
	s.take(ctx, out)
}

// askOpinions queues the verdicts that wait for a second opinion, which are stored.
func (s *Session) askOpinions(requests []engine.OpinionRequest) {
	for _, r := range requests {
		queued := s.second.put(question{
			request: r,
			lines:   func(ctx context.Context) ([]models.Utterance, error) { return s.linesOf(ctx, r) },
			answer: func(o models.Opinion) {
				_ = s.do(context.Background(), func() error { s.opined(r.Decision, o); return nil }) // it has no error
			},
		})
		if !queued {
			s.opined(r.Decision, models.Opinion{State: models.OpinionUnasked})
		}
	}
}

// opined decides what waited for a second opinion.
func (s *Session) opined(decision string, o models.Opinion) {
	s.late("second opinion", decision, "", func() (engine.Outcome, error) { return s.judge.rules.Opinion(decision, o, time.Now()) })
}
