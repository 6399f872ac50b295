package pii

import "earshot/models"

// Unfinished returns the index of the first word at the end of words that may become part of a number or a mail address with what is
// said next: len(words) if there is none. Of the words from hold on it assumes that anyway; hold is at least 0. It looks at the
// words alone, and sooner takes too many than too few.
func Unfinished(words []models.Word, hold int) int {
	hold = min(hold, len(words))
	for at := hold; at > 0; at-- {
		part, between := partOf(words, at-1)
		switch {
		case part, at < len(words) && joins(words[at].Text): // before a sign of an address stands its mailbox
			hold = at - 1
		case !between:
			return hold
		}
	}
	return hold
}

// partOf reports whether a word may be of a number or has a sign of a mail address, and whether it may stand within a number.
func partOf(words []models.Word, i int) (part, between bool) {
	var atoms []atom
	for k, w := range words[i:min(i+2, len(words))] { // some numbers take two words
		atoms = appendAtoms(atoms, w.Text, k)
	}
	part = joins(words[i].Text)
	for k, a := range atoms {
		if a.word > 0 {
			break
		}
		_, is := numberAt(atoms, k)
		part = part || is || isPlus(a)
		between = between || a.kind != atomSign && isFiller(atoms, k)
	}
	return part, between
}

// joins reports whether a word has a sign of a mail address in it, written or spoken.
func joins(text string) bool {
	for _, a := range appendAtoms(nil, text, 0) {
		if saidAt[a.text] || a.kind == atomWord && saidDot[a.text] {
			return true
		}
	}
	return false
}
