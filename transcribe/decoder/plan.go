package decoder

// Plan divides slots among processes. With a process each, a crash harms one clip, and a BLAS library with threads of its
// own can do no harm; with a serial one, several states in one process are as fast. It costs a copy of the weights each,
// so that weights whose copies would take more than a quarter of the memory share one process. Sizes are in bytes;
// memory is that of the machine, or 0 when it is unknown.
func Plan(weights, memory int64, slots int) (processes, states int) {
	slots = max(1, slots)
	if memory <= 0 {
		memory = 4 << 30
	}
	if slots > 1 && weights > memory/4/int64(slots) {
		return 1, slots
	}
	return slots, 1
}

// addressSpace is how much a child may add by loading weights of this size and decoding with so many states. It is a
// multiple of what is needed: it ends a decoder that grows without end, it is no budget.
func addressSpace(weights int64, states int) uint64 {
	return uint64(2<<30 + 2*weights + int64(states)*(512<<20+weights/2)) //nolint:gosec // sizes are not negative
}
