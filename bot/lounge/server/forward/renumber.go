package forward

// renumber closes the holes that dropped padding-only packets would leave in the sequence numbers: a listener would take
// them for loss, ask for them again and store a gap. Not safe for concurrent use.
type renumber struct {
	started bool
	highest int64 // extended sequence number of the newest packet that was forwarded or dropped
	shift   int64 // how many were dropped before those in recent
	recent  []int64
}

// keepDropped is how many dropped numbers are remembered for packets that arrive out of order.
const keepDropped = 64

// next returns the sequence number under which a packet is forwarded.
func (r *renumber) next(seq uint16) uint16 {
	ext := r.extend(seq)
	n := r.shift
	for _, d := range r.recent {
		if d < ext {
			n++
		}
	}
	r.highest = max(r.highest, ext)
	return uint16(ext - n) //nolint:gosec // wraps as sequence numbers do
}

// drop notes that a packet is not forwarded. One that comes after newer packets were forwarded leaves its hole: their
// numbers are out already.
func (r *renumber) drop(seq uint16) {
	ext := r.extend(seq)
	if ext <= r.highest {
		return
	}
	r.highest = ext
	r.recent = append(r.recent, ext)
	if len(r.recent) > keepDropped {
		r.recent = r.recent[1:]
		r.shift++
	}
}

// extend unwraps a 16-bit number next to the highest seen.
func (r *renumber) extend(seq uint16) int64 {
	if !r.started {
		r.started = true
		r.highest = int64(seq) - 1
	}
	return r.highest + int64(int16(seq-uint16(r.highest))) //nolint:gosec // the difference modulo 2^16
}
