package textmodel

// columns is a matrix of weights for products with vectors. It stands in blocks of some columns, each row after row, so that the
// sums of a block are kept in registers while a vector passes by. Columns that fill up the last block are zero.
type columns struct {
	rows    int
	weights []float32
}

// atOnce is the number of columns of a block: as many sums as fit into the registers of the processors that add up eight at once.
const atOnce = 48

// padded is a number of columns, filled up.
func padded(n int) int { return (n + atOnce - 1) / atOnce * atOnce }

// inColumns lays out a matrix that is written row by row.
func inColumns(matrix []float32, rows int) columns {
	width := len(matrix) / rows
	out := columns{rows, make([]float32, rows*padded(width))}
	for i := range rows {
		for j := range width {
			out.weights[(j/atOnce*rows+i)*atOnce+j%atOnce] = matrix[i*width+j]
		}
	}
	return out
}

// times makes out, which has a place for each column, x times the matrix.
func (c columns) times(out, x []float32) {
	x = x[:c.rows]
	for b := 0; b+atOnce <= len(out); b += atOnce {
		timesBlock((*[atOnce]float32)(out[b:]), c.weights[b*c.rows:][:atOnce*c.rows], x)
	}
}
