package textmodel

// columns is a matrix of weights with six columns after the other, so that six sums and products are kept in registers while a
// vector passes by. Columns that fill up the last six are zero.
type columns struct {
	rows    int
	weights []float32
}

const atOnce = 6

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

// addTo adds x times the matrix to out, which has a place for each column.
func (c columns) addTo(out, x []float32) {
	x = x[:c.rows]
	weights := c.weights
	for b := 0; b+atOnce <= len(out); b += atOnce {
		sums := (*[atOnce]float32)(out[b:])
		s0, s1, s2, s3, s4, s5 := sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]
		for _, v := range x {
			w := (*[atOnce]float32)(weights)
			s0 += v * w[0]
			s1 += v * w[1]
			s2 += v * w[2]
			s3 += v * w[3]
			s4 += v * w[4]
			s5 += v * w[5]
			weights = weights[atOnce:]
		}
		sums[0], sums[1], sums[2], sums[3], sums[4], sums[5] = s0, s1, s2, s3, s4, s5
	}
}
