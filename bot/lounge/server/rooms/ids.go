package rooms

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Secret is an unguessable id of 128 bits.
func Secret() string { return strings.ToLower(rand.Text()) }

// PersonID derives the public id of the client that holds key; the same key in another room is another id.
func PersonID(room, key string) string {
	sum := sha256.Sum256([]byte(room + "\x00" + key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:10])
}

// publicID is the id by which others may know a secret's holder.
func publicID(secret string) string { return PersonID("listener", secret) }

// GuestName is the name of somebody who brings none.
func GuestName(id string) string { return "Guest " + id[:3] }
