package models

import "time"

// Word is one recognised word.
type Word struct {
	Text string `json:"text"`
	// StartMS and EndMS are ms from the session's start.
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
	// P is the smallest probability among the word's tokens, 0 to 1.
	P float32 `json:"p"`
}

// Doubt is a reason not to trust a transcript. Doubtful text is kept and may be flagged; nothing acts on it.
type Doubt string

// The doubts.
const (
	DoubtPhantom       Doubt = "phantom"        // a phrase the model invents on silence and noise
	DoubtRepeat        Doubt = "repeat"         // the text loops
	DoubtLowVoice      Doubt = "low_voice"      // too little of the clip is speech
	DoubtLowConfidence Doubt = "low_confidence" // the decoder was unsure
	DoubtLoss          Doubt = "loss"           // too much of the sound was concealed
)

// UtteranceState distinguishes a transcript from a failed one.
type UtteranceState string

// The states of a stored utterance.
const (
	UtteranceOK     UtteranceState = "ok"
	UtteranceFailed UtteranceState = "failed" // could not be decoded; its clip is kept
)

// Utterance is the transcript of a clip: one line. An empty Text with UtteranceOK means that nothing was said.
type Utterance struct {
	Key
	SpeakerID   string         `json:"speaker_id"`
	SpeakerName string         `json:"speaker"`
	Attribution Attribution    `json:"attribution"`
	StartMS     int64          `json:"start_ms"`
	EndMS       int64          `json:"end_ms"`
	Text        string         `json:"text"`
	Words       []Word         `json:"words,omitempty"`
	Language    string         `json:"language,omitempty"` // ISO 639-1
	State       UtteranceState `json:"state"`
	Doubt       []Doubt        `json:"doubt,omitempty"`
	// LogProb is the mean natural-log probability over the text's tokens; 0 when there are none.
	LogProb float64 `json:"log_prob"`
	// NoSpeech is the model's probability that the clip contains no speech. It is never the only criterion.
	NoSpeech    float64 `json:"no_speech_prob"`
	VoicedMS    int64   `json:"voiced_ms"`
	ConcealedMS int64   `json:"concealed_ms"`
	LevelDBFS   float64 `json:"level_dbfs"`
	// Heard holds the probabilities of languages by ISO 639-1 code, if the language was detected. It is not stored.
	Heard map[string]float64 `json:"-"`
	// Model is the model file's name; Degraded reports that it was the smaller fallback model.
	Model    string `json:"model"`
	Degraded bool   `json:"degraded,omitempty"`
	// Spoken is when the speech ended, as in the line's Clip: see Age. It is not stored.
	Spoken time.Time `json:"-"`
	// LateMS is the time from the end of speech to the commit of this row.
	LateMS int64 `json:"late_ms"`
	// Committed is when the row was stored.
	Committed time.Time `json:"committed,omitzero"`
	// Original is the original text if a person has corrected Text; EditedBy and Edited are who and when. Words are then the
	// corrected ones, timed by Retime.
	Original string    `json:"original,omitempty"`
	EditedBy string    `json:"edited_by,omitempty"`
	Edited   time.Time `json:"edited,omitzero"`
}

// Partial is the text of a segment that is still being spoken. It may arm rules, but never decides.
type Partial struct {
	Key         Key    `json:"key"` // of the utterance it will become
	SpeakerID   string `json:"speaker_id"`
	SpeakerName string `json:"speaker"`
	StartMS     int64  `json:"start_ms"`
	// Stable is the prefix that two decodes agreed on; Tail is the rest.
	Stable string `json:"stable"`
	Tail   string `json:"tail"`
	// Retracted reports that stable words have changed or gone.
	Retracted bool `json:"retracted,omitempty"`
	// Armed are the rules for unfinished lines that would flag the stable text. They have no effect before the line is final.
	Armed []string `json:"armed,omitempty"`
	// Attribution is that of the utterance, and Shown what of the stable text may be shown to the whole room, masked as the record is;
	// empty where that is not known. They are not sent to viewers.
	Attribution Attribution `json:"-"`
	Shown       string      `json:"-"`
}
