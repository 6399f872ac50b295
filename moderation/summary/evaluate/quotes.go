package evaluate

import (
	_ "embed"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
)

//go:embed testdata/quotes.txt
var quotesFile string

// Readings are how sentences of public meetings read by themselves, a letter for each time one was read; see testdata/quotes.txt.
type Readings map[string]map[quoted]string

// quoted is a line's sequence number and a hash of what is quoted of it.
type quoted struct {
	seq int
	sum string
}

// readings are those that come with the package, whose test reads them.
var readings = sync.OnceValue(func() Readings {
	out, err := ReadReadings()
	if err != nil {
		panic(err)
	}
	return out
})

// ReadReadings reads what was judged.
func ReadReadings() (Readings, error) {
	out := Readings{}
	for l := range strings.Lines(quotesFile) {
		fields := strings.Fields(l)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if out[fields[0]] == nil {
			out[fields[0]] = map[quoted]string{}
		}
		for _, f := range fields[1:] {
			var q quoted
			var letters string
			if _, err := fmt.Sscanf(f, "%d:%4s%s", &q.seq, &q.sum, &letters); err != nil {
				return nil, fmt.Errorf("readings: %s: %q: %w", fields[0], f, err)
			}
			out[fields[0]][q] = letters
		}
	}
	return out, nil
}

// Of are the readings of what is quoted of a line of a meeting; "": it was not read.
func (r Readings) Of(meeting string, seq int, text string) string {
	h := fnv.New32a()
	h.Write([]byte(text))
	sum := h.Sum32()
	return r[meeting][quoted{seq, fmt.Sprintf("%04x", sum>>16^sum&0xffff)}]
}

// Defects are the letters of a sentence with a defect, in the order of readable's.
const Defects = "FCP"

// ReadsPoor reports whether most readings found a defect.
func ReadsPoor(letters string) bool {
	poor := 0
	for _, l := range letters {
		if strings.ContainsRune(Defects, l) {
			poor++
		}
	}
	return 2*poor >= len(letters) && poor > 0
}
