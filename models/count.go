package models

import (
	"fmt"
	"strings"
)

// Count returns a number with its English noun, given in the singular: "1 line", "12 lines", "2 stretches".
func Count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
}
