package main

import (
	"math"

	"earshot/moderation/summary"
)

// example is one thing with its label, from 0 to 1.
type example struct {
	features []float64
	label    float64
}

// fit trains a logistic regression by Newton's method on standardised features, with an L2 penalty, and returns the weights
// of the features as they are.
func fit(names []string, examples []example, penalty float64) summary.Linear {
	p := len(names)
	mean, deviation := moments(examples, p)
	b := make([]float64, p+1)
	for range 15 {
		hessian, gradient := slopes(examples, mean, deviation, b)
		for i := range p {
			hessian[i][i] += penalty
			gradient[i] -= penalty * b[i]
		}
		hessian[p][p] += 1e-9
		step := 0.0
		for i, d := range solve(hessian, gradient) {
			b[i] += d
			step = max(step, math.Abs(d))
		}
		if step < 1e-5 {
			break
		}
	}
	out := summary.Linear{Features: names, Weights: make([]float64, p), Bias: b[p]}
	for j := range p {
		out.Weights[j] = b[j] / deviation[j]
		out.Bias -= out.Weights[j] * mean[j]
	}
	return rounded(out)
}

// rounded keeps five digits: no more are told by so few meetings.
func rounded(l summary.Linear) summary.Linear {
	for i, w := range l.Weights {
		l.Weights[i] = math.Round(w*1e5) / 1e5
	}
	l.Bias = math.Round(l.Bias*1e5) / 1e5
	return l
}

func moments(examples []example, p int) (mean, deviation []float64) {
	mean, deviation = make([]float64, p), make([]float64, p)
	n := float64(len(examples))
	for _, e := range examples {
		for j := range p {
			mean[j] += e.features[j] / n
		}
	}
	for _, e := range examples {
		for j := range p {
			deviation[j] += (e.features[j] - mean[j]) * (e.features[j] - mean[j]) / n
		}
	}
	for j, d := range deviation {
		if deviation[j] = math.Sqrt(d); d < 1e-12 {
			deviation[j] = 1 // a feature that never differs gets no weight from the penalty's zero
		}
	}
	return mean, deviation
}

// slopes are the gradient and the negative Hessian of the log-likelihood.
func slopes(examples []example, mean, deviation, b []float64) (hessian [][]float64, gradient []float64) {
	p := len(mean)
	hessian, gradient = make([][]float64, p+1), make([]float64, p+1)
	for i := range hessian {
		hessian[i] = make([]float64, p+1)
	}
	z := make([]float64, p+1)
	z[p] = 1
	for _, e := range examples {
		s := b[p]
		for j := range p {
			z[j] = (e.features[j] - mean[j]) / deviation[j]
			s += z[j] * b[j]
		}
		q := 1 / (1 + math.Exp(-s))
		for i, zi := range z {
			gradient[i] += (e.label - q) * zi
			row, t := hessian[i], q*(1-q)*zi
			for j, zj := range z[:i+1] {
				row[j] += t * zj
			}
		}
	}
	for i := range hessian {
		for j := range i {
			hessian[j][i] = hessian[i][j]
		}
	}
	return hessian, gradient
}

// solve solves a x = b by Gauss's method with the largest pivot; a and b are used up.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		best := i
		for k := i + 1; k < n; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[best][i]) {
				best = k
			}
		}
		a[i], a[best], b[i], b[best] = a[best], a[i], b[best], b[i]
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for j := i; j < n; j++ {
				a[k][j] -= f * a[i][j]
			}
			b[k] -= f * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}
