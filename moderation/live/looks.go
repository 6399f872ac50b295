package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// soundFor fetches the sound of a line that is to be looked at again, before the line's storing lets go of it; nil when
// nothing is to be looked at, or the sound is gone.
func (s *Session) soundFor(ctx context.Context, u models.Utterance, looks []engine.LookRequest) *models.Clip {
	if len(looks) == 0 {
		return nil
	}
	clip, err := s.store.Clip(ctx, u.Key)
	if err != nil {
		s.log.Warn("no sound for a second look", "key", u.Key.String(), "err", err)
		return nil
	}
	clip.Spoken = u.Spoken
	return &clip
}

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
		return s.judge.SecondLook(l.Decision, u.Model, u, u.State == models.UtteranceFailed, time.Now())
	})
}

// late takes to the judge what a decision has waited for, unless the decision was erased meanwhile.
func (s *Session) late(what, decision, key string, judge func() (engine.Outcome, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if s.gone(ctx, decision) {
		s.judge.Lapsed([]models.Decision{{ID: decision}})
		return
	}
	var out engine.Outcome
	err := models.ErrNotFound
	s.guarded(key, func() { out, err = judge() })
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
	s.late("second opinion", decision, "", func() (engine.Outcome, error) { return s.judge.Opinion(decision, o, time.Now()) })
}

// linesOf reads the lines that a match lies in, as they are stored: what was redacted is masked in them.
func (s *Session) linesOf(ctx context.Context, r engine.OpinionRequest) ([]models.Utterance, error) {
	u, err := s.store.Utterance(ctx, r.Utterance)
	if err != nil || r.Matched[0].StartMS >= u.StartMS {
		return []models.Utterance{u}, err
	}
	all, err := s.store.Utterances(ctx, r.Utterance.Session)
	return slices.DeleteFunc(all, func(l models.Utterance) bool {
		return l.SpeakerID != u.SpeakerID || l.EndMS < r.Matched[0].StartMS || l.StartMS > u.StartMS
	}), err
}
