package sound

// Thirds counts samples at 48 kHz as samples at 16 kHz. It is what is left over: always fewer than three.
type Thirds int64

// Of returns how many samples at 16 kHz n more at 48 kHz make, with the remainder of the calls before.
func (t *Thirds) Of(n int64) int64 {
	n += int64(*t)
	*t = Thirds(n % 3)
	return n / 3
}
