package decoder

// Plan divides slots among processes. One process per slot means that a crash affects one clip and that a multithreaded BLAS
// does no harm, at the cost of a copy of the weights each. If the copies would take more than a quarter of the memory, all
// slots share one process. Sizes are in bytes; memory is that of the machine, 0 if unknown.
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

// addressSpace returns how much address space a child may add by loading weights of this size and decoding with so many
// states. It is a multiple of what is needed, meant to stop runaway growth.
func addressSpace(weights int64, states int) uint64 {
	return uint64(2<<30 + 2*weights + int64(states)*(512<<20+weights/2)) //nolint:gosec // sizes are not negative
}
