package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of a password's hash (argon2id, RFC 9106), as OWASP's password storage cheat sheet recommends for 19 MiB.
const (
	hashMemory = 19 << 10 // KiB
	hashTime   = 2
	hashLanes  = 1
	hashBytes  = 32
)

// MinPassword is the minimum length of a password, in characters.
const MinPassword = 10

// hashPassword returns a PHC string with a random salt.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashLanes, hashBytes)
	b := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashLanes, b(salt), b(sum))
}

// checkPassword compares in constant time. An invalid hash, as for an unknown user, takes as long and never matches.
func checkPassword(phc, password string) bool {
	parts := strings.Split(phc, "$")
	var salt, want []byte
	if len(parts) == 6 && parts[1] == "argon2id" && parts[3] == fmt.Sprintf("m=%d,t=%d,p=%d", hashMemory, hashTime, hashLanes) {
		salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
		want, _ = base64.RawStdEncoding.DecodeString(parts[5])
	}
	sum := argon2.IDKey([]byte(password), append(salt, make([]byte, max(0, 8-len(salt)))...), hashTime, hashMemory, hashLanes, hashBytes)
	return len(want) == hashBytes && subtle.ConstantTimeCompare(sum, want) == 1
}

// newToken returns a secret of 256 bits, and the hash to be stored.
func newToken() (token, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, tokenHash(token)
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
