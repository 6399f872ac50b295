package models

// Record is what is stored in one transaction: a line with all that came of it, or, without a line, what came of an
// answer, an observation or the passing of time.
type Record struct {
	Session string
	// Utterance is the line; storing it acknowledges its clip. When the line is stored already, nothing of the record is.
	Utterance *Utterance
	// Spooled says that the line's clip must still be in the spool. When it is not, somebody erased what was said while it
	// was being decoded: nothing of the record is stored, and storing it is ErrNotFound.
	Spooled  bool
	Flags    []Flag
	Evidence *Evidence
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

// Wordless is the record without what was said and without its sound, but for the words that were flagged. The record
// itself stays as it is.
func (r Record) Wordless() Record {
	if r.Utterance != nil {
		u := *r.Utterance
		u.Text, u.Words, u.Original = "", nil, ""
		r.Utterance = &u
	}
	r.Evidence = nil
	decisions := make([]Decision, len(r.Decisions))
	for i, d := range r.Decisions {
		if d.SecondLook != nil {
			look := *d.SecondLook
			look.Text = ""
			d.SecondLook = &look
		}
		decisions[i] = d
	}
	if r.Decisions != nil {
		r.Decisions = decisions
	}
	return r
}

// FlagAnswer is what a person said of a flag.
type FlagAnswer struct {
	Flag   string
	Status FlagStatus
	By     string
}
