package models

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
)

// Blind encrypts numbers, for the cursors of lists and streams, which count events of all rooms and would reveal them. It is valid
// for one run of the program. Any goroutine may use it.
type Blind struct{ block cipher.Block }

// NewBlind returns a Blind with a random key.
func NewBlind() Blind {
	key := make([]byte, 32)
	_, _ = rand.Read(key)          // never fails
	block, _ := aes.NewCipher(key) // the key's length is one of AES
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
