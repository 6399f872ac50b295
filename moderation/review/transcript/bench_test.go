package transcript

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
)

// longTalk is a transcript of so many lines by 12 people.
func longTalk(lines int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	said := strings.Fields("we should look at the budget for next week and design a remote maybe think about cost plan meeting room")
	var b strings.Builder
	for range lines {
		fmt.Fprintf(&b, "Person %c:", 'A'+r.IntN(12))
		for range 3 + r.IntN(18) {
			b.WriteString(" " + said[r.IntN(len(said))])
		}
		b.WriteString(".\n")
	}
	return []byte(b.String())
}

// oneByOne is a record that stores each line in a transaction of its own.
type oneByOne struct{ Record }

func (o oneByOne) PutAll(ctx context.Context, all []models.Record) error {
	for _, r := range all {
		if err := o.Put(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkImport measures the steps of importing a transcript, per line: of 2000 and of 20 000 lines, so that one sees whether a line
// costs more in a longer transcript. The last step stores the lines in a transaction each.
func BenchmarkImport(b *testing.B) {
	packs, err := fs.Sub(configs.Rules, "rules")
	if err != nil {
		b.Fatal(err)
	}
	set, err := engine.Load(engine.LoadOptions{FS: packs}, "open-mic")
	if err != nil {
		b.Fatal(err)
	}
	for _, lines := range []int{2000, 20_000} {
		data := longTalk(lines)
		parse := func(b *testing.B) *Transcript {
			t, err := Parse("talk.txt", bytes.NewReader(data), time.Unix(0, 0))
			if err != nil {
				b.Fatal(err)
			}
			return t
		}
		perLine := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*lines), "us/line") }
		b.Run(fmt.Sprintf("%d/parse", lines), func(b *testing.B) {
			for b.Loop() {
				parse(b)
			}
			perLine(b)
		})
		b.Run(fmt.Sprintf("%d/judge", lines), func(b *testing.B) {
			t := parse(b)
			for b.Loop() {
				for range t.Judged(set) {
				}
			}
			perLine(b)
		})
		store := func(b *testing.B, within func(Record) Record) {
			t := parse(b)
			for b.Loop() {
				if _, err := Keep(b.Context(), within(openRecord(b)), t, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
			perLine(b)
		}
		b.Run(fmt.Sprintf("%d/store", lines), func(b *testing.B) { store(b, func(r Record) Record { return r }) })
		b.Run(fmt.Sprintf("%d/one by one", lines), func(b *testing.B) { store(b, func(r Record) Record { return oneByOne{r} }) })
	}
}
