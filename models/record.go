package models

// Record is what is stored in one transaction: a line with all that came of it, or, without a line, what came of an
// answer, an observation or the passing of time.
type Record struct {
	Session string
	// Utterance is the line; storing it acknowledges its clip. When the line is stored already, nothing of the record is.
	Utterance *Utterance
	Flags     []Flag
	Evidence  *Evidence
	// Decisions are new ones, or changed ones in whole.
	Decisions []Decision
	// Actions are planned ones; one that is stored already stays as it is.
	Actions []Action
	Ledger  []LedgerEntry
	// Masks are words, of this line or of lines stored before, that are hidden in what is stored.
	Masks []Mask
	// Answers are what people said of flags.
	Answers []FlagAnswer
}

// FlagAnswer is what a person said of a flag.
type FlagAnswer struct {
	Flag   string
	Status FlagStatus
	By     string
}
