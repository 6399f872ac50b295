package textmodel

// columns is a matrix of weights with eight columns after the other, so that eight sums are kept in registers while a vector
// passes by. Columns that fill up the last eight are zero.
type columns struct {
	rows    int
	weights []float32
}

const atOnce = 8

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
	for b := 0; b+atOnce <= len(out); b += atOnce {
		sums := (*[atOnce]float32)(out[b:])
		weights := c.weights[b*c.rows:]
		s0, s1, s2, s3, s4, s5, s6, s7 := sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]
		for i, v := range x {
			w := (*[atOnce]float32)(weights[i*atOnce:])
			s0 += v * w[0]
			s1 += v * w[1]
			s2 += v * w[2]
			s3 += v * w[3]
			s4 += v * w[4]
			s5 += v * w[5]
			s6 += v * w[6]
			s7 += v * w[7]
		}
		sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7] = s0, s1, s2, s3, s4, s5, s6, s7
	}
}
