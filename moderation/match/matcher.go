package match

// Matcher finds its sources in what is said. A source is a unit: the phrases of a list in one form, a group of patterns, or a kind
// of personal data. It is immutable and can be shared by any number of scanners.
type Matcher struct {
	sources []source
	indexes map[Form]*index

	// What the sources need, to skip unnecessary work.
	later     []int // sources that are more than phrases
	reveals   map[string]int
	prefilter *prefilter
	split     joiner
	patterns  int  // how many there are
	spans     bool // some source looks at more than one line
}
