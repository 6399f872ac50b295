package match

// Matcher finds its sources in what is said. A source is what belongs together: the phrases of a list in one form, a group of
// patterns, or a kind of personal data. It is immutable: any number of scanners may share it.
type Matcher struct {
	sources []source
	indexes map[Form]*index

	// What the sources need, so that nothing is done in vain.
	patterned, inside, excusable []int // sources
	reveals                      map[string]int
	prefilter                    *prefilter
	split                        joiner
	patterns                     int  // how many there are
	spans                        bool // some source looks at more than one line
}
