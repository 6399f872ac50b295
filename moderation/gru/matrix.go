package gru

import "slices"

// Matrix is a matrix of weights for products with vectors. It stands in blocks of some columns, each row after row, so that the
// sums of a block are kept in registers while a vector passes by. Columns that fill up the last block are zero.
type Matrix struct {
	rows   int
	blocks []block
}

// block is some columns of a matrix from the first of their rows that is not zero to the last: of recurrent parts that stand beside
// each other, the units of one take nothing from the others.
type block struct {
	from    int
	weights []float32
}

// atOnce is the number of columns of a block: as many sums as keep the processors busy that add up eight at once.
const atOnce = 32

// Padded is a number of columns, filled up.
func Padded(n int) int { return (n + atOnce - 1) / atOnce * atOnce }

// NewMatrix lays out a matrix that is written row by row.
func NewMatrix(matrix []float32, rows int) Matrix {
	width := len(matrix) / rows
	out := Matrix{rows, make([]block, Padded(width)/atOnce)}
	for b := range out.blocks {
		of := func(i int) []float32 { return matrix[i*width:][b*atOnce : min(width, (b+1)*atOnce)] }
		from, to := 0, rows
		for from < to && zero(of(from)) {
			from++
		}
		for to > from && zero(of(to-1)) {
			to--
		}
		weights := make([]float32, (to-from)*atOnce)
		for i := from; i < to; i++ {
			copy(weights[(i-from)*atOnce:], of(i))
		}
		out.blocks[b] = block{from, weights}
	}
	return out
}

func zero(vs []float32) bool {
	return !slices.ContainsFunc(vs, func(v float32) bool { return v != 0 })
}

// Times makes out, which has a place for each column, x times the matrix.
func (m Matrix) Times(out, x []float32) {
	x = x[:m.rows]
	for i, b := range m.blocks {
		sums := (*[atOnce]float32)(out[i*atOnce:])
		if len(b.weights) == 0 {
			clear(sums[:])
			continue
		}
		timesBlock(sums, b.weights, x[b.from:][:len(b.weights)/atOnce])
	}
}

// Affine is x times the matrix plus a bias, filled up as Padded says.
func (m Matrix) Affine(x, bias []float32) []float32 {
	out := make([]float32, len(m.blocks)*atOnce)
	m.Times(out, x)
	for i, b := range bias {
		out[i] += b
	}
	return out
}

// Each calls f with the weights of each block.
func (m Matrix) Each(f func(weights []float32)) {
	for _, b := range m.blocks {
		f(b.weights)
	}
}
