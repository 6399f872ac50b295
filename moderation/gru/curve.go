package gru

// curve are the numbers of the hyperbolic tangent, which between the ends is taken for the quotient of two polynomials, and beyond
// them for its value there. It is off by less than 2e-6, and the logistic curve, which is made of it, by less than 1e-6.
type curve struct {
	half, one, least, most     float32
	over0, over1, over2, over3 float32 // of x to the powers of 1, 3, 5 and 7
	under1, under2, under3     float32 // of x to the powers of 2, 4 and 6
}

var tangent = curve{
	0.5, 1, -7, 7, 0.999995688, 0.123021954, 0.00227699933, 3.93005702e-06, 0.456340442, 0.0210722303, 0.000142351921,
}

// tanh is the hyperbolic tangent.
func (c *curve) tanh(x float32) float32 {
	if !(x > c.least) {
		x = c.least
	}
	if x > c.most {
		x = c.most
	}
	y := x * x
	over := ((c.over3*y+c.over2)*y+c.over1)*y + c.over0
	under := ((c.under3*y+c.under2)*y+c.under1)*y + c.one
	return over * x / under
}

// at is the logistic curve, 1/(1+exp(-x)).
func (c *curve) at(x float32) float32 { return c.half*c.tanh(c.half*x) + c.half }
