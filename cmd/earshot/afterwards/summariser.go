package afterwards

import (
	"cmp"
	"context"
	"errors"
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
	var errs [4]error
	in.Speakers, errs[0] = z.store.Speakers(ctx, id)
	in.Utterances, errs[1] = z.store.Utterances(ctx, id)
	in.Flags, errs[2] = z.store.Flags(ctx, id)
	in.Actions, err = z.store.Actions(ctx, id)
	errs[3] = models.Readable(err)
	names, err := z.store.Names(ctx, info.Room)
	rename(&in, names)
	in.Now = lastChange(in)
	return in, errors.Join(append(errs[:], err)...)
}

// rename replaces people's names with those that moderators gave them.
func rename(in *summary.Input, names map[string]string) {
	for i := range in.Speakers {
		in.Speakers[i].Name = cmp.Or(names[in.Speakers[i].ID], in.Speakers[i].Name)
	}
	for i := range in.Utterances {
		in.Utterances[i].SpeakerName = cmp.Or(names[in.Utterances[i].SpeakerID], in.Utterances[i].SpeakerName)
	}
}

// lastChange is when the material of a summary last changed. A summary carries this time rather than the time it was made, so that
// the same record gives the same bytes.
func lastChange(in summary.Input) time.Time {
	last := in.Session.Started
	if in.Session.Ended.After(last) {
		last = in.Session.Ended
	}
	for _, u := range in.Utterances {
		if u.Committed.After(last) {
			last = u.Committed
		}
	}
	for _, f := range in.Flags {
		if f.Decided.After(last) {
			last = f.Decided
		}
	}
	return last.UTC()
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
	if in.Session.Live() || kind != models.SummarySession {
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
	if sinceMS == 0 && !in.Session.Live() {
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
	s := z.make(patience, in)
	if err := z.store.PutSummary(ctx, s); err != nil {
		return s, err
	}
	return z.forgetting(ctx, in, s)
}

// forgetting makes a stored summary anew if something it was made from was erased in the meantime: the language model could have
// quoted what must not be kept.
func (z Summariser) forgetting(ctx context.Context, was summary.Input, s models.Summary) (models.Summary, error) {
	is, err := z.input(ctx, was.Session.ID, 0)
	if err != nil {
		return s, err
	}
	left := map[models.Key]string{}
	for _, u := range is.Utterances {
		left[u.Key] = u.Text
	}
	for _, u := range was.Utterances {
		if left[u.Key] != u.Text {
			s = summary.Make(is)
			return s, z.store.PutSummary(ctx, s)
		}
	}
	return s, nil
}

// Recap summarises what was said in a session from a time on, in ms from its start, without a language model.
func (z Summariser) Recap(ctx context.Context, id string, sinceMS int64) (models.Summary, error) {
	in, err := z.input(ctx, id, sinceMS)
	if err != nil {
		return models.Summary{}, err
	}
	return summary.Make(in), nil
}
