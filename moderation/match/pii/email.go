package pii

import "earshot/moderation/match/lexicon"

// topDomains are the endings of the addresses that people say.
var topDomains = lexicon.Words("top-domains")

// wordDomains are those of them that are also words.
var wordDomains = lexicon.Words("word-domains")

// mailHosts are domains at which people have mail; after them a spoken "dot" may be missing.
var mailHosts = lexicon.Words("mail-hosts")

// notMailboxes are words before "at" that are no mailbox: "look at example dot com".
var notMailboxes = lexicon.Words("not-mailboxes")

var (
	saidAt  = lexicon.Words("at-signs")
	saidDot = lexicon.Words("dot-signs")
)

// findEmails finds mail addresses, written or spoken: "john dot smith at gmail dot com".
func findEmails(atoms []atom, found func(at ...int)) {
	for i, a := range atoms {
		if i == 0 || !saidAt[a.text] && !indonesianAt(atoms, i) {
			continue
		}
		end := domainAt(atoms, i+1)
		if end < 0 {
			continue
		}
		if from := mailboxBefore(atoms, i); from >= 0 {
			at := make([]int, 0, end-from)
			for k := from; k < end; k++ {
				at = append(at, k)
			}
			found(at...)
		}
	}
}

// mailCues are words for mail, beside which the Indonesian "di" is an "at".
var mailCues = map[string]bool{"email": true, "emailku": true, "emailnya": true, "imel": true, "surel": true, "mail": true}

// indonesianAt reports whether an atom is the "di" of a spoken address: "email saya siti di gmail titik com".
func indonesianAt(atoms []atom, i int) bool {
	return atoms[i].text == "di" && i+1 < len(atoms) && mailHosts[atoms[i+1].text] && cued(atoms, i-8, i, mailCues)
}

// maxLabel is how many spoken parts a domain's name may have: "g mail", "my company".
const maxLabel = 4

// domainAt is the end of the domain that begins at i, or -1.
func domainAt(atoms []atom, i int) int {
	for k := i; k < len(atoms) && k <= i+maxLabel; k++ {
		a := atoms[k]
		if k > i && saidDot[a.text] && k+1 < len(atoms) && topDomains[atoms[k+1].text] && (a.kind == atomWord || atoms[k+1].glue) {
			if wordDomains[atoms[k+1].text] && (k > i+1 || a.text == "point") && !cued(atoms, i-8, i, mailCues) {
				return -1
			}
			end := k + 2
			if end+1 < len(atoms) && saidDot[atoms[end].text] && topDomains[atoms[end+1].text] &&
				(atoms[end].kind == atomWord || atoms[end+1].glue) {
				end += 2
			}
			return end
		}
		if mailHosts[a.text] && k+1 < len(atoms) && (atoms[k+1].text == "com" || atoms[k+1].text == "co") {
			return k + 2
		}
		if a.kind == atomSign && a.text != "-" {
			return -1
		}
	}
	return -1
}

// mailboxBefore is the beginning of the mailbox that ends before the "at" at i, or -1.
func mailboxBefore(atoms []atom, i int) int {
	last := atoms[i-1]
	if last.kind == atomSign || notMailboxes[last.text] {
		return -1
	}
	from := i - 1
	for from > 0 && i-from < 24 {
		before := atoms[from-1]
		joint := saidDot[before.text] &&
			(before.kind == atomWord || before.glue) || before.text == "_" || before.text == "-" || before.text == "underscore" ||
			before.text == "dash"
		switch {
		case joint && from >= 2 && atoms[from-2].kind != atomSign:
			from -= 2
		case len(atoms[from].text) == 1 && len(before.text) == 1 && before.kind != atomSign && before.text != "a" && before.text != "i":
			from--
		case isNumber(atoms, from) &&
			(isNumber(atoms, from-1) || before.kind == atomWord && !notMailboxes[before.text] && !saidAt[before.text]):
			from--
			if before.kind == atomWord && !isNumber(atoms, from) {
				return from
			}
		default:
			return from
		}
	}
	return from
}

func isNumber(atoms []atom, i int) bool {
	n, ok := numberAt(atoms, i)
	return ok && !n.uncertain
}
