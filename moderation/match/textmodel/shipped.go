package textmodel

import (
	_ "embed"
	"fmt"
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
