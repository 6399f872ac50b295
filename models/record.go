package models

// Record is what is stored in one transaction: a line with its outcome or, without a line, the outcome of an answer, an observation
// or the passing of time.
type Record struct {
	Session string
	// Utterance is the line; storing it acknowledges its clip. If the line is stored already, the record is ignored.
	Utterance *Utterance
	// Spooled requires the line's clip to be in the spool still. If it is not, it was erased during decoding: nothing is stored,
	// and the error is ErrNotFound.
	Spooled  bool
	Flags    []Flag
	Evidence *Evidence
	// Decisions are new or changed ones, complete.
	Decisions []Decision
	// Actions are planned ones; one that is stored already is not changed.
	Actions []Action
	Ledger  []LedgerEntry
	// Masks are words, of this line or of lines stored earlier, to mask in what is stored.
	Masks []Mask
	// Answers are people's verdicts on flags.
	Answers []FlagAnswer
}

// Wordless returns a copy of the record without text and audio, except for flagged words.
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

// FlagAnswer is a person's verdict on a flag.
type FlagAnswer struct {
	Flag   string
	Status FlagStatus
	By     string
}
