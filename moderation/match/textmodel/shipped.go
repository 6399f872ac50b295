package textmodel

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"sync"
)

//go:embed earshot-text.bin
var shipped []byte

// ShippedFile is a copy of the file of the model that is part of the program.
func ShippedFile() []byte { return slices.Clone(shipped) }

// Shipped is the model that is part of the program, read once.
func Shipped() *Model { return readShipped() }

var readShipped = sync.OnceValue(func() *Model {
	m, err := Read(shipped)
	if err != nil {
		panic(fmt.Sprintf("the text model of the program: %v", err)) // it is part of the program, and tested
	}
	return m
})

// falseAlarms are about how many of 1,000 lines of ordinary talk reach the score 0.5 and the score 0.9, whatever the label. Scores
// are set by nearly these figures: by 3.5 to 5, and by 1 to 1.5 (scripts/text-model/calibrate.py).
const (
	falseAlarmsAtHalf   = 5.0
	falseAlarmsAtNinety = 1.0
)

// FalseAlarms is about how many of 1,000 lines of ordinary talk reach a score although they are harmless, whatever the label. Between
// and beyond 0.5 and 0.9 the figure follows the curve through both.
func FalseAlarms(score float64) float64 {
	odds := func(p float64) float64 { return math.Log(p / (1 - p)) }
	fall := math.Log(falseAlarmsAtHalf/falseAlarmsAtNinety) / odds(0.9)
	return min(1000, falseAlarmsAtHalf*math.Exp(-fall*odds(score)))
}
