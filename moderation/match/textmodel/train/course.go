package train

import (
	"context"
	"errors"
	"math/rand/v2"

	"earshot/moderation/match/textmodel"
)

// How often each part sees each line.
const (
	linearRounds    = 5
	recurrentRounds = 9
	fadingTo        = 0.15 // of the recurrent part's rate, in the last round
)

// unknownWeight is how much it counts that a label about which nothing is known stays as it was.
const unknownWeight = 0.5

// prepare sets what each line is to come to. Of labels about which nothing is known it is what the model says that is extended.
func (c *course) prepare(lines []Line) {
	lin, rec := newLinear(c), newRecurrent(c)
	trained := make([]bool, len(c.labels))
	positives := make([]float64, len(c.labels))
	for _, l := range lines {
		for k, of := range c.labels {
			trained[k] = trained[k] || l.is[of] == yes
			if l.is[of] == yes {
				positives[k]++
			}
		}
		if l.harmless() {
			c.harmless = append(c.harmless, l.words)
		}
	}
	a, b := make([]float64, len(c.labels)), make([]float64, len(c.labels))
	for _, l := range lines {
		x := example{words: l.words, linear: make([]target, len(c.labels)), recurrent: make([]target, len(c.labels))}
		enc := c.read.Encode(l.words[:min(len(l.words), longest)])
		lin.values(enc.Hashes, rootShare(enc.Hashes), a)
		rec.values(enc.Tokens, b)
		for k, of := range c.labels {
			switch {
			case trained[k] && l.is[of] == yes:
				x.linear[k] = target{1, 1}
			case trained[k] && l.is[of] == no:
				x.linear[k] = target{0, 1}
			case c.extends:
				x.linear[k], x.recurrent[k] = target{logistic(a[k]), unknownWeight}, target{logistic(b[k]), unknownWeight}
				continue
			}
			x.recurrent[k] = x.linear[k]
		}
		c.examples = append(c.examples, x)
	}
}

// run trains both parts side by side until they are done or the context ends.
func (c *course) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 2)
	lines := make(chan int)
	go func() { done <- c.rounds(ctx, linearRounds, 1, lines, newLinear(c).step, func(float64) {}) }()
	rec := newRecurrent(c)
	rate := float32(recurrentLR)
	if c.extends {
		rate = extendLR
	}
	go func() {
		done <- c.rounds(ctx, recurrentRounds, 2, lines, rec.step, func(fade float64) { rec.rate = rate * float32(fade) })
	}()
	var errs []error
	for len(errs) < 2 {
		select {
		case n := <-lines:
			c.did(n)
		case err := <-done:
			errs = append(errs, err)
			if err != nil {
				cancel()
			}
		}
	}
	return errors.Join(errs...)
}

// rounds trains one part: in each round on every line, in another order and varied.
func (c *course) rounds(
	ctx context.Context, rounds int, part uint64, lines chan<- int,
	step func(textmodel.Encoded, []target, *rand.Rand), begin func(fade float64),
) error {
	r := rand.New(rand.NewPCG(c.seed, part))
	order := make([]int, len(c.examples))
	for i := range order {
		order[i] = i
	}
	const often = 200
	for round := range rounds {
		begin(1 - (1-fadingTo)*float64(round)/float64(rounds-1))
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for at, i := range order {
			x := c.examples[i]
			want := x.linear
			if part == 2 {
				want = x.recurrent
			}
			step(c.read.Encode(vary(x.words, c.harmless, r)), want, r)
			if at%often == often-1 || at == len(order)-1 {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				select {
				case lines <- at%often + 1:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
		}
	}
	return nil
}

// steps is how many lines both parts see together.
func (c *course) steps() int { return len(c.examples) * (linearRounds + recurrentRounds) }
