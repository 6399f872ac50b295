package gru

// The steps of the recurrent part, in Go. Processors that compute with eight numbers at once have their own, which give the same
// results to the bit.

// timesInGo makes out x times a block of weights, a row of atOnce for each number of x. Eight sums fit into the registers.
func timesInGo(out *[atOnce]float32, weights, x []float32) {
	const some = 8
	for b := 0; b < atOnce; b += some {
		var s0, s1, s2, s3, s4, s5, s6, s7 float32
		rows := weights
		for _, v := range x {
			row := (*[atOnce]float32)(rows)
			w := (*[some]float32)(row[b:])
			s0 += v * w[0]
			s1 += v * w[1]
			s2 += v * w[2]
			s3 += v * w[3]
			s4 += v * w[4]
			s5 += v * w[5]
			s6 += v * w[6]
			s7 += v * w[7]
			rows = rows[atOnce:]
		}
		*(*[some]float32)(out[b:]) = [some]float32{s0, s1, s2, s3, s4, s5, s6, s7}
	}
}

// gatesInGo makes the state after a token from the state before, the token and what the gates take from the state before. The gates
// stand in the order update, reset, new.
func (c *curve) gatesInGo(after, before, input, fromState []float32) {
	n := len(after)
	before = before[:n]
	inUpdate, inReset, inNew := input[:n], input[n:][:n], input[2*n:][:n]
	ofUpdate, ofReset, ofNew := fromState[:n], fromState[n:][:n], fromState[2*n:][:n]
	for j := range after {
		update := c.at(inUpdate[j] + ofUpdate[j])
		reset := c.at(inReset[j] + ofReset[j])
		next := c.tanh(inNew[j] + reset*ofNew[j])
		after[j] = next + update*(before[j]-next)
	}
}

// poolInGo raises most to the states where they are higher, and adds to sum. The states of many tokens are already pooled into a
// maximum and a sum.
func poolInGo(most, sum, statesMost, statesSum []float32) {
	for j := range most {
		most[j] = max(most[j], statesMost[j])
		sum[j] += statesSum[j]
	}
}
