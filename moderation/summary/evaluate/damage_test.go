package evaluate

import (
	"reflect"
	"strings"
	"testing"

	"earshot/moderation/summary"
)

func TestDamageIsAsLargeAsAsked(t *testing.T) {
	for _, m := range ours(t) {
		bad := Damaged(m, 0.3, 1)
		same, words := 0, 0
		for i := range m.Turns {
			left := map[string]int{}
			for _, w := range strings.Fields(bad.Turns[i][1]) {
				left[w]++
			}
			for _, w := range strings.Fields(m.Turns[i][1]) {
				words++
				if left[w] > 0 {
					left[w]--
					same++
				}
			}
		}
		if s := float64(same) / float64(words); s < 0.55 || s > 0.75 {
			t.Errorf("%s: %.2f of the words stay", m.ID, s)
		}
		if !reflect.DeepEqual(bad, Damaged(m, 0.3, 1)) || !reflect.DeepEqual(m, Damaged(m, 0, 1)) {
			t.Errorf("%s: the same seed does something else, or no share does something", m.ID)
		}
	}
}

// Words heard wrong cost little: what is quoted is chosen by what is said often.
func TestDamageCostsLittle(t *testing.T) {
	var whole, hurt Scores
	for _, m := range ours(t) {
		whole.Add(m, summary.Make(m.Input()))
		for seed := range uint64(4) {
			bad := Damaged(m, 0.2, seed)
			hurt.Add(m, summary.Make(bad.Input()))
		}
	}
	t.Log(whole, hurt)
	if hurt.Rouge1 < 0.75*whole.Rouge1 || hurt.Items < 3 {
		t.Errorf("with 20 %% of the words wrong: %s; without: %s", hurt, whole)
	}
}
