package main
import ("testing";"earshot/moderation/summary";"earshot/moderation/summary/evaluate";"fmt";"encoding/json";"os")
func TestChoice(t *testing.T) {
	ms, _ := evaluate.Read("/work/shared/meetings/train.jsonl.gz")
	var ws []summary.Weights
	d, _ := os.ReadFile("/tmp/summary/folds.json"); json.Unmarshal(d, &ws)
	try := func(name string, f func(c *summary.Choice), any bool) {
		var s evaluate.Scores
		for i, m := range ms {
			w := ws[i%folds]
			w.Choice, w.AnyChoice = choice, anyChoice
			in := m.Input()
			if any { f(&w.AnyChoice); for k := range in.Utterances { in.Utterances[k].Language = "xx" } } else { f(&w.Choice) }
			s.Add(m, summary.MakeWith(in, w))
		}
		fmt.Printf("%-40s %.4f %.4f %.4f words %.0f items %.1f pk %.4f wd %.4f ch %.1f\n", name, s.Rouge1, s.Rouge2, s.RougeL, s.Words, s.Items, s.Pk, s.WindowDiff, s.Chapters)
	}
	try("base", func(c *summary.Choice) {}, false)
	for _, l := range []int{8, 10} { for _, tm := range []int{3,4} { try(fmt.Sprint("least ", l, " terms ", tm), func(c *summary.Choice) { c.Least, c.Terms = l, tm }, false) } }
	for _, r := range []float64{0.15, 0.2} { try(fmt.Sprint("rank ", r), func(c *summary.Choice) { c.Least, c.Terms, c.Rank = 8, 3, r }, false) }
	for _, r := range []float64{0.6, 0.7} { try(fmt.Sprint("length ", r), func(c *summary.Choice) { c.Least, c.Terms, c.Length = 8, 3, r }, false) }
	for _, r := range []float64{1.5, 2, 3} { try(fmt.Sprint("topic ", r), func(c *summary.Choice) { c.Least, c.Terms, c.Topic = 8, 3, r }, false) }
	for _, r := range []float64{0, 0.03} { try(fmt.Sprint("same ", r), func(c *summary.Choice) { c.Least, c.Terms, c.Speaker, c.Chapter = 8, 3, r, r }, false) }
	try("any", func(c *summary.Choice) {}, true)
	try("any .3 .5", func(c *summary.Choice) { c.Rank=.3 }, true)
	try("any .2 .3", func(c *summary.Choice) { c.Length=.3 }, true)
	try("any .2 .7", func(c *summary.Choice) { c.Length=.7 }, true)
}
