package match

// source is one source of a matcher.
type source struct {
	patterns []*pattern
	within   *insideSet
	spans    bool // it looks at more than one line
	except   int  // the source whose finds excuse those of this one, or -1
}
