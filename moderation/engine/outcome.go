package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"earshot/models"
)

// Outcome is what came of a line, an observation or an answer: to be stored in one transaction, and then to be done. Every id in
// it is derived from what it belongs to, so that storing and doing it twice is doing it once.
type Outcome struct {
	Flags []models.Flag
	// Decisions are new ones, or changed ones (answered, lapsed, looked at again), whole in either case.
	Decisions []models.Decision
	// Actions are planned, in the order in which they are to be done.
	Actions []models.Action
	Ledger  []models.LedgerEntry
	// Redactions are words to be masked in the record.
	Redactions []Redaction
	// Clips is sound to be kept as evidence, one for each flag of a line.
	Clips []ClipRequest
	// Looks are flagged clips to be decoded again; their decisions wait for SecondLook.
	Looks []LookRequest
	// Opinions are verdicts that a second opinion may lower; their decisions wait for Opinion.
	Opinions []OpinionRequest
	// Statuses are the flags that a host has answered.
	Statuses []FlagAnswer
}

// Redaction says what is to be masked in the record. The words are those of the flag; some may lie in earlier lines.
type Redaction struct {
	Flag, Speaker string
	Utterance     models.Key
	Words         []models.Word
	Text          bool   // mask the words in the stored text
	Clip          string // what becomes of them in the kept sound: ClipBeep, ClipSilence, "keep" or ""
}

// What becomes of redacted words in the kept sound.
const (
	ClipBeep    = "beep"
	ClipSilence = "silence"
)

// ClipRequest is sound to be kept: of one person, so much before and after the words of a flag, for so long. What the rule
// does not say is rules.Unsaid: the settings decide it.
type ClipRequest struct {
	Flag, SpeakerID string
	models.Span     // of the words
	BeforeMS        int64
	AfterMS         int64
	KeepMS          int64
}

// LookRequest is a clip to be decoded again.
type LookRequest struct {
	Decision, Flag string
	Utterance      models.Key
	Model          string // empty: the same model at full context
}

// FlagAnswer is what a host said of a flag.
type FlagAnswer struct {
	Flag      string
	Confirmed bool
	By        string
	At        time.Time
}

// OpinionRequest is a verdict that somebody else is to be asked about. What is sent is taken from the stored line, in which
// redacted words are masked already.
type OpinionRequest struct {
	Decision, Flag, Rule string
	Utterance            models.Key
	// Matched are the words that decided; some may lie in earlier lines.
	Matched []models.Word
}

// digest is the first n hexadecimal digits of the SHA-256 of the JSON of parts. JSON keeps the parts apart, so that no two
// different lists of parts have the same bytes.
func digest(n int, parts ...any) string {
	data, err := json.Marshal(parts)
	if err != nil {
		panic("engine: " + err.Error()) // only our own plain types come here
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:n]
}

// flagID is the identity of a rule's finding in a line, the same each time the line is judged.
func flagID(key models.Key, rule string) string { return digest(20, key, rule) }
