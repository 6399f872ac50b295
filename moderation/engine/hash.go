package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"earshot/models"
)

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

// ruleHash is the hash of all that decides the rule's verdicts: itself, the contents of its lists, mode and gates.
func (c *compiler) ruleHash(f *rawFile, raw *rawRule, r *rule) string {
	var lists []any
	var collect func(*rawCond)
	collect = func(cond *rawCond) {
		if cond == nil {
			return
		}
		if cond.Says != nil {
			for _, w := range cond.Says.Words {
				if l := findList(f, w.Text); l != nil {
					lists = append(lists, listContent(l))
				}
			}
		}
		for _, kid := range cond.Kids {
			collect(kid)
		}
	}
	collect(raw.When)
	collect(raw.Unless)
	g := r.trust
	return digest(12, raw, lists, r.mode, g.wordP, g.logProb, g.voiced, g.lossMax, g.attribution)
}

// listContent is a list without its order.
func listContent(l *rawList) any {
	plain := func(ts []rawText) []string {
		out := make([]string, len(ts))
		for i, t := range ts {
			out[i] = t.Text
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return []any{l.Name, plain(l.Words), plain(l.Never), l.Mask, l.Forms, l.Language}
}

// setHash is the hash of the rules (which are sorted) and of who has which role.
func (c *compiler) setHash() string {
	parts := []any{c.set.mode, c.set.members, c.set.newcomers, c.set.languages, c.set.voteOver, c.set.ledgers, c.set.automatic}
	for _, r := range c.set.rules {
		parts = append(parts, r.id, r.hash)
	}
	return digest(12, parts...)
}

// flagID is the identity of a rule's finding in a line, the same each time the line is judged.
func flagID(key models.Key, rule string) string { return digest(20, key, rule) }
