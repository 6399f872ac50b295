package textmodel

import (
	"math"
	"sync"
)

// The logistic curve is read off a table, between whose points a straight line lies: it is off by less than 4e-6. Beyond the
// table's ends the curve is flat to 1e-5.
const (
	curveEnd   = 12
	curveSteps = 64 // to 1
)

type curve [2*curveEnd*curveSteps + 2]struct{ low, rise float32 }

var logistic = sync.OnceValue(func() *curve {
	c := &curve{}
	for i := range c {
		point := func(i int) float32 { return float32(1 / (1 + math.Exp(curveEnd-float64(i)/curveSteps))) }
		c[i].low, c[i].rise = point(i), point(i+1)-point(i)
	}
	return c
})

// at is 1/(1+exp(-x)).
func (c *curve) at(x float32) float32 {
	x = (x + curveEnd) * curveSteps
	if !(x > 0) {
		return c[0].low
	}
	if x >= 2*curveEnd*curveSteps {
		return c[2*curveEnd*curveSteps].low
	}
	i := uint32(int32(x))
	p := &c[i]
	return p.low + (x-float32(int32(i)))*p.rise
}

// tanh is the hyperbolic tangent.
func (c *curve) tanh(x float32) float32 { return 2*c.at(2*x) - 1 }
