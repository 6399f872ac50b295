package afterwards

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"time"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/summary"
	"earshot/moderation/summary/llm"
)

// SummaryKey is the environment variable that holds the API key of the language model's server.
const SummaryKey = "EARSHOT_SUMMARY_KEY"

// Summariser summarises sessions from the record, on request and when they end. Its methods may be called from any goroutine.
type Summariser struct {
	store store.Store
	model *llm.Client // nil: no language model is used
	log   *slog.Logger
}

// NewSummariser configures the language model from the settings; its key comes from the environment, not from a file.
func NewSummariser(store store.Store, cfg configs.Config, key string, log *slog.Logger) (Summariser, error) {
	z := Summariser{store: store, log: log}
	if cfg.Summary.URL == "" {
		return z, nil
	}
	var err error
	z.model, err = llm.New(llm.Config{URL: cfg.Summary.URL, Model: cfg.Summary.Model, Key: key})
	return z, models.BadInput(err)
}

// input reads what a session's summary is made from.
func (z Summariser) input(ctx context.Context, id string, sinceMS int64) (summary.Input, error) {
	info, err := z.store.Session(ctx, id)
	if err != nil {
		return summary.Input{}, err
	}
	in := summary.Input{Session: info.Session, SinceMS: sinceMS}
	var errs [5]error
	names, err := z.store.Names(ctx, info.Room)
	in.Speakers, errs[0] = z.store.Speakers(ctx, id)
	for i, p := range in.Speakers {
		in.Speakers[i].Name = cmp.Or(names[p.ID], p.Name)
	}
	in.Flags, errs[1] = z.store.Flags(ctx, id)
	in.Actions, errs[2] = z.store.Actions(ctx, id)
	errs[2] = models.Readable(errs[2])
	in.Now = lastChange(in)
	errs[3] = z.store.EachUtterance(ctx, id, func(u models.Utterance) error {
		u.SpeakerName = cmp.Or(names[u.SpeakerID], u.SpeakerName)
		in.Now = later(in.Now, u.Committed)
		in.Add(u)
		return nil
	})
	errs[4] = err
	return in, errors.Join(errs[:]...)
}

// lastChange is when the material of a summary last changed, apart from its lines. A summary carries this time rather than the time it was
// made, so that the same record gives the same bytes.
func lastChange(in summary.Input) time.Time {
	last := later(in.Session.Started, in.Session.Ended)
	for _, f := range in.Flags {
		last = later(last, f.Decided)
	}
	return last.UTC()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b.UTC()
	}
	return a
}

// ExportStore is the record as exports read it: the summary always reflects the current record, whether it was stored or not. No
// language model is used for it.
type ExportStore struct {
	store.Store
}

// Summary returns the stored summary of a session that is over, or a new one if the record has changed since.
func (e ExportStore) Summary(ctx context.Context, id, kind string) (models.Summary, error) {
	in, err := Summariser{store: e.Store}.input(ctx, id, 0)
	if err != nil {
		return models.Summary{}, err
	}
	if in.Session.Unfinished() || kind != models.SummarySession {
		return e.Store.Summary(ctx, id, kind)
	}
	stored, err := e.Store.Summary(ctx, id, kind)
	if err == nil && stored.Basis == summary.Basis(in) {
		return stored, nil
	}
	return summary.Make(in), nil
}

// Summarise summarises what was said in a session from a time on, in ms from its start; 0 means all of it. The stored summary is
// reused as long as the record it was made from has not changed.
func (z Summariser) Summarise(ctx context.Context, id string, sinceMS int64) (models.Summary, error) {
	in, err := z.input(ctx, id, sinceMS)
	if err != nil {
		return models.Summary{}, err
	}
	if sinceMS == 0 && !in.Session.Unfinished() {
		stored, err := z.store.Summary(ctx, id, models.SummarySession)
		if err == nil && stored.Basis == summary.Basis(in) {
			return stored, nil
		}
	}
	return z.make(ctx, in), nil
}

// make makes a summary. If the language model cannot be reached or invents things, the summary is made without it.
func (z Summariser) make(ctx context.Context, in summary.Input) models.Summary {
	s := summary.Make(in)
	if z.model == nil || s.Lines == 0 {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, modelTime)
	defer cancel()
	better, err := z.model.Rewrite(ctx, s, in)
	if err != nil {
		z.log.Warn("the summary was made without the language model", "session", in.Session.ID, "err", err)
		return s
	}
	return better
}

// Remake summarises a session so far and stores the result. It continues even if the caller's context ends.
func (z Summariser) Remake(ctx context.Context, id string) (models.Summary, error) {
	return z.remake(context.WithoutCancel(ctx), id)
}

// remake is Remake, except that it stops waiting for the language model when patience ends.
func (z Summariser) remake(patience context.Context, id string) (models.Summary, error) {
	ctx, cancel := outlasting(patience, SummaryTime)
	defer cancel()
	in, err := z.input(ctx, id, 0)
	if err != nil {
		return models.Summary{}, err
	}
	return z.keep(ctx, in, z.make(patience, in))
}

// RemakeWhile is Remake that ends with the context, with nothing stored.
func (z Summariser) RemakeWhile(ctx context.Context, id string) error {
	in, err := z.input(ctx, id, 0)
	if err != nil {
		return err
	}
	made := make(chan models.Summary, 1)
	go func() { made <- z.make(ctx, in) }()
	select {
	case s := <-made:
		_, err = z.keep(ctx, in, s)
		return err
	case <-ctx.Done(): // a long session takes seconds, which cannot be interrupted
		return context.Cause(ctx)
	}
}

// keep stores a summary, and returns it as stored.
func (z Summariser) keep(ctx context.Context, in summary.Input, s models.Summary) (models.Summary, error) {
	if err := z.store.PutSummary(ctx, s); err != nil {
		return s, err
	}
	return z.forgetting(ctx, in, s)
}

// forgetting makes a stored summary anew if something it was made from was erased in the meantime: the language model could have
// quoted what must not be kept.
func (z Summariser) forgetting(ctx context.Context, was summary.Input, s models.Summary) (models.Summary, error) {
	seed := maphash.MakeSeed()
	hash := func(u models.Utterance) uint64 { return maphash.Comparable(seed, said{u.Key, u.Text}) }
	left := map[uint64]bool{}
	err := z.store.EachUtterance(ctx, was.Session.ID, func(u models.Utterance) error {
		left[hash(u)] = true
		return nil
	})
	if err != nil {
		return s, err
	}
	for u := range was.All() {
		if !left[hash(u)] {
			is, err := z.input(ctx, was.Session.ID, 0)
			if err != nil {
				return s, err
			}
			s = summary.Make(is)
			return s, z.store.PutSummary(ctx, s)
		}
	}
	return s, nil
}

// said is what was said in a line.
type said struct {
	models.Key
	text string
}

// Recap summarises what was said in a session from a time on, in ms from its start, without a language model.
func (z Summariser) Recap(ctx context.Context, id string, sinceMS int64) (models.Summary, error) {
	in, err := z.input(ctx, id, sinceMS)
	if err != nil {
		return models.Summary{}, err
	}
	return summary.Make(in), nil
}
