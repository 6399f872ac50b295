package transcribe

import (
	"slices"

	"earshot/models"
)

// NewUtterance calls Filter.Utterance of the zero Filter.
func NewUtterance(c models.Clip, r Result, model string) models.Utterance {
	return Filter{}.Utterance(c, r, model)
}

// Utterance returns the transcript line for a clip and its result, with word times in session time and the filter's doubts.
// Committed and LateMS are left to the caller.
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

// failed returns the line for a clip that could not be decoded; its audio stays in the spool.
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
