package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/rules"
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

// listContent is a list without its order.
func listContent(l *rules.List) any {
	plain := func(ts []strict.Text) []string {
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
		parts = append(parts, r.ID, r.hash)
	}
	return digest(12, parts...)
}

// flagID is the identity of a rule's finding in a line, the same each time the line is judged.
func flagID(key models.Key, rule string) string { return digest(20, key, rule) }
