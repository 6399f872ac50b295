package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"earshot/models"
)

// Outcome is the result of a line, an observation or an answer: the caller stores it in one transaction, and then carries it out.
// Every id in it is derived from its cause, so that storing and carrying it out are idempotent.
type Outcome struct {
	Flags []models.Flag
	// Decisions are new or changed ones (answered, lapsed, re-transcribed), complete in either case.
	Decisions []models.Decision
	// Actions are planned, in the order in which they must be carried out.
	Actions []models.Action
	Ledger  []models.LedgerEntry
	// Redactions are words to be redacted in the database.
	Redactions []Redaction
	// Clips is audio to be kept as evidence, one for each flag of a line.
	Clips []ClipRequest
	// Looks are flagged clips to be transcribed again; their decisions wait for SecondLook.
	Looks []LookRequest
	// Opinions are verdicts that a second opinion may lower; their decisions wait for Opinion.
	Opinions []OpinionRequest
	// Statuses are the flags that a host has answered.
	Statuses []FlagAnswer
}

// Redaction says what to redact in the database. The words are those of the flag; some may be in earlier lines.
type Redaction struct {
	Flag, Speaker string
	Utterance     models.Key
	Words         []models.Word
	Text          bool   // redact the words in the stored text
	Clip          string // what happens to them in the stored audio: ClipBeep, ClipSilence, "keep" or ""
}

// What replaces redacted words in the stored audio.
const (
	ClipBeep    = "beep"
	ClipSilence = "silence"
)

// ClipRequest is audio to be kept: of one person, how much before and after the words of a flag, and for how long. Values not given
// by the rule are rules.Unsaid: the settings decide.
type ClipRequest struct {
	Flag, SpeakerID string
	models.Span     // of the words
	BeforeMS        int64
	AfterMS         int64
	KeepMS          int64
}

// LookRequest is a clip to be transcribed again.
type LookRequest struct {
	Decision, Flag string
	Utterance      models.Key
}

// FlagAnswer is a host's decision about a flag.
type FlagAnswer struct {
	Flag      string
	Confirmed bool
	By        string
	At        time.Time
}

// OpinionRequest is a verdict for which a second opinion is requested. The text sent is taken from the stored line, in which
// redacted words are already masked.
type OpinionRequest struct {
	Decision, Flag, Rule string
	Utterance            models.Key
	// Matched are the words that matched; some may be in earlier lines.
	Matched []models.Word
}

// digest returns the first n hexadecimal digits of the SHA-256 of the JSON of parts. JSON delimits the parts, so that no two
// different lists have the same bytes.
func digest(n int, parts ...any) string {
	data, err := json.Marshal(parts)
	if err != nil {
		panic("engine: " + err.Error()) // only this package's plain types are passed
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:n]
}

// flagID identifies a rule's finding in a line; it is the same each time the line is judged.
func flagID(key models.Key, rule string) string { return digest(20, key, rule) }
