package transcribe

import (
	"slices"

	"earshot/models"
)

// NewUtterance is the line of transcript that a result makes of its clip: words in session time, and the doubts.
// Committed and LateMS are left to whoever stores it.
func NewUtterance(c models.Clip, r Result, model string) models.Utterance {
	return Filter{}.Utterance(c, r, model)
}

// Utterance is NewUtterance with the doubts of this filter.
func (f Filter) Utterance(c models.Clip, r Result, model string) models.Utterance {
	u := blank(c, model)
	u.State = models.UtteranceOK
	u.Text, u.Language, u.LogProb, u.NoSpeech = r.Text, r.Language, r.LogProb, r.NoSpeech
	u.Heard = r.Heard
	u.Words = slices.Clone(r.Words)
	for i := range u.Words {
		u.Words[i].StartMS += c.StartMS
		u.Words[i].EndMS += c.StartMS
	}
	u.Doubt = f.Doubts(c, r)
	return u
}

// failed is the line for a clip that could not be decoded; its sound stays in the spool.
func failed(c models.Clip, model string) models.Utterance {
	u := blank(c, model)
	u.State = models.UtteranceFailed
	return u
}

func blank(c models.Clip, model string) models.Utterance {
	return models.Utterance{
		Key: c.Key, SpeakerID: c.SpeakerID, SpeakerName: c.SpeakerName, Attribution: c.Attribution,
		StartMS: c.StartMS, EndMS: c.EndMS, Model: model,
		VoicedMS: c.VoicedMS, ConcealedMS: c.ConcealedMS, LevelDBFS: c.LevelDBFS,
	}
}
