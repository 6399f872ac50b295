package gru

// Shape is the shape of a network of gated units in either direction and of the outputs that are made of the maxima and means of their
// states.
type Shape struct {
	Dim     int // of the vectors that go in
	Hidden  int // units in each direction
	Outputs int
}

// Size is how many numbers a network of the shape has.
func (s Shape) Size() int {
	return 2*3*s.Hidden*(s.Dim+s.Hidden+1) + 4*s.Hidden*s.Outputs + s.Outputs
}

// Dense are the parts of a network's numbers, in the order of files.
type Dense struct {
	Input, State, Bias [2][]float32 // of the gated units forward and backward; gates stand in the order update, reset, new
	Output, OutputBias []float32
}

// Parts parts the numbers of a network, or a table of the same shape. They share its memory.
func (s Shape) Parts(dense []float32) Dense {
	var d Dense
	next := func(size int) []float32 {
		out := dense[:size:size]
		dense = dense[size:]
		return out
	}
	for _, part := range []struct {
		to   *[2][]float32
		rows int
	}{{&d.Input, s.Dim}, {&d.State, s.Hidden}, {&d.Bias, 1}} {
		part.to[0], part.to[1] = next(part.rows*3*s.Hidden), next(part.rows*3*s.Hidden)
	}
	d.Output, d.OutputBias = next(4*s.Hidden*s.Outputs), next(s.Outputs)
	return d
}
