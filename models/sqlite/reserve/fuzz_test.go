package reserve

import (
	"bytes"
	"testing"
)

// Whatever lies in the reserve's file, it is read as nothing or as what was written there.
func FuzzReserve(f *testing.F) {
	whole := sealHalf(7, []byte(`{"s1":[]}`))
	f.Add(whole, 3)
	f.Add(append(whole, make([]byte, 100)...), 20)
	f.Fuzz(func(t *testing.T, b []byte, flip int) {
		if len(b) < 24 {
			return // a half is never that short
		}
		openHalf(b)
		sealed := sealHalf(9, b)
		if n, body := openHalf(sealed); n != 9 || !bytes.Equal(body, b) {
			t.Errorf("%d bytes written, generation %d with %d read", len(b), n, len(body))
		}
		if flip %= len(sealed); flip < 0 {
			flip = -flip
		}
		sealed[flip] ^= 0x40
		if n, _ := openHalf(sealed); n != 0 {
			t.Errorf("byte %d was changed, and it is read as if not", flip)
		}
	})
}
