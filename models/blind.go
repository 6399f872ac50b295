package models

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Blind encrypts numbers, for the cursors of lists and streams, which count events of all rooms and would reveal them. Any
// goroutine may use it.
type Blind struct{ block cipher.Block }

// NewBlind returns a Blind with a random key: its texts are valid for one run of the program.
func NewBlind() Blind { return BlindOf(rand.Text()) }

// BlindOf returns the Blind of a secret, which processes share that are to read each other's texts.
func BlindOf(secret string) Blind {
	key := sha256.Sum256([]byte("blind " + secret))
	block, _ := aes.NewCipher(key[:]) // the key's length is one of AES
	return Blind{block}
}

// Text encrypts a number to a text of 22 letters, digits, dashes and underscores.
func (b Blind) Text(n uint64) string {
	var in, out [aes.BlockSize]byte // the second half stays zero, which authenticates the text
	binary.BigEndian.PutUint64(in[:], n)
	b.block.Encrypt(out[:], in[:])
	return base64.RawURLEncoding.EncodeToString(out[:])
}

// Number decrypts what Text returned; ok is false for anything else.
func (b Blind) Number(text string) (n uint64, ok bool) {
	in, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(in) != aes.BlockSize {
		return 0, false
	}
	var out [aes.BlockSize]byte
	b.block.Decrypt(out[:], in)
	return binary.BigEndian.Uint64(out[:]), binary.BigEndian.Uint64(out[8:]) == 0
}
