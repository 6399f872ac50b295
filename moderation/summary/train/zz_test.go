package main

import (
	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
	"fmt"
	"math"
	"slices"
	"testing"
)

type gm struct {
	m     evaluate.Meeting
	s     []summary.Sample
	end   []int64
	start []int64
	sc    []float64
}

func TestGaps(t *testing.T) {
	ms, _ := evaluate.Read("/work/shared/meetings/train.jsonl.gz")
	var all []*gm
	for _, m := range ms {
		in := m.Input()
		g := &gm{m: m, s: summary.SamplesOf(in).Gaps}
		for _, u := range in.Utterances {
			g.start = append(g.start, u.StartMS)
			g.end = append(g.end, u.EndMS)
		}
		all = append(all, g)
	}
	names := summary.GapFeatures()
	nonePk, noneWd := 0.0, 0.0
	for _, g := range all {
		a, b := evaluate.Segmentation(len(g.m.Turns), g.m.Starts(), nil)
		nonePk += a / 162
		noneWd += b / 162
	}
	fmt.Printf("none %.4f %.4f\n", nonePk, noneWd)
	for _, nr := range [][]float64{{1, .5, .25}, {1}, {1, .8, .6, .4, .2}, {1, 1, 1, .5, .5, .25, .25}} {
		for _, pen := range []float64{10, 100, 400} {
			near = nr
			for f := range folds {
				var ex []example
				for i, g := range all {
					if i%folds != f {
						ex = append(ex, examples(g.s, starts(g.s, g.m.Starts()))...)
					}
				}
				l := fit(names, ex, pen)
				for i, g := range all {
					if i%folds == f {
						g.sc = make([]float64, len(g.s))
						for k, s := range g.s {
							g.sc[k] = l.Bias
							for j, v := range s.Features {
								g.sc[k] += l.Weights[j] * v
							}
						}
					}
				}
			}
			for _, per := range []float64{10, 13, 16, 20} {
				for _, minl := range []int{6, 15, 30} {
					for _, minms := range []int64{60_000, 120_000} {
						for _, sh := range []float64{0, 0.04} {
							pk, wd, ch := 0.0, 0.0, 0.0
							for _, g := range all {
								n := len(g.m.Turns)
								most := int(math.Min(12, 1+math.Floor(float64(g.end[n-1])/60000/per+.5)))
								ml := max(minl, int(sh*float64(n)))
								order := make([]int, len(g.s))
								for i := range order {
									order[i] = i
								}
								slices.SortStableFunc(order, func(a, b int) int {
									if g.sc[a] > g.sc[b] {
										return -1
									}
									if g.sc[a] < g.sc[b] {
										return 1
									}
									return 0
								})
								var cuts []int
								for _, k := range order {
									if len(cuts) >= most-1 {
										break
									}
									i := g.s[k].Seq
									from, to := 0, n
									for _, c := range cuts {
										if c <= i {
											from = max(from, c)
										} else {
											to = min(to, c)
										}
									}
									if i-from < ml || to-i < ml || g.end[i-1]-g.start[from] < minms || g.end[to-1]-g.start[i] < minms {
										continue
									}
									cuts = append(cuts, i)
								}
								a, b := evaluate.Segmentation(n, g.m.Starts(), cuts)
								pk += a / 162
								wd += b / 162
								ch += float64(len(cuts)+1) / 162
							}
							fmt.Printf("near %v pen %v per %v minlines %d minms %d share %.2f: Pk %.4f Wd %.4f ch %.1f sum %.4f\n", nr, pen, per, minl, minms, sh, pk, wd, ch, pk+wd)
						}
					}
				}
			}
		}
	}
}
