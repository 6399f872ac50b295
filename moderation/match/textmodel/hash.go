package textmodel

// Features are hashed by FNV-1a (32 bits), finished by the mixing steps of MurmurHash3.
const (
	fnvBasis = 2166136261
	fnvPrime = 16777619
)

type hash uint32

// feature begins the hash of a feature of a kind.
func feature(kind byte) hash { return hash(fnvBasis).byte(kind) }

func (h hash) byte(c byte) hash { return (h ^ hash(c)) * fnvPrime }

func (h hash) text(s string) hash {
	for i := range len(s) {
		h = h.byte(s[i])
	}
	return h
}

// then adds a further text to one that was added.
func (h hash) then(s string) hash { return h.byte(0x1f).text(s) }

func (h hash) mixed() uint32 {
	x := uint32(h)
	x = (x ^ x>>16) * 0x85ebca6b
	x = (x ^ x>>13) * 0xc2b2ae35
	return x ^ x>>16
}

// parts gives all parts of a word, with marks for its ends, of so many bytes, their hashes begun by first.
func parts(word string, first hash, least, most int, give func(uint32)) {
	marked := "^" + word + "$"
	for n := least; n <= most; n++ {
		for i := 0; i+n <= len(marked); i++ {
			give(first.text(marked[i : i+n]).mixed())
		}
	}
}
