package models

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
)

// Blind writes numbers so that they tell nothing to who gets them: for the cursors of lists and streams, whose numbers count
// what happens in all rooms. It holds for one run of the program. Any goroutine may use it.
type Blind struct{ block cipher.Block }

// NewBlind makes one with a key of its own.
func NewBlind() Blind {
	key := make([]byte, 32)
	_, _ = rand.Read(key)          // never fails
	block, _ := aes.NewCipher(key) // the key's length is one of AES
	return Blind{block}
}

// Text is a number as a text of 22 letters, digits, dashes and underscores.
func (b Blind) Text(n uint64) string {
	var in, out [aes.BlockSize]byte // the second half stays empty: who makes a text up does not hit that
	binary.BigEndian.PutUint64(in[:], n)
	b.block.Encrypt(out[:], in[:])
	return base64.RawURLEncoding.EncodeToString(out[:])
}

// Number reads what Text wrote; ok is false for anything else.
func (b Blind) Number(text string) (n uint64, ok bool) {
	in, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(in) != aes.BlockSize {
		return 0, false
	}
	var out [aes.BlockSize]byte
	b.block.Decrypt(out[:], in)
	return binary.BigEndian.Uint64(out[:]), binary.BigEndian.Uint64(out[8:]) == 0
}
