package engine

// form is one way in which listed words may be said.
type form string

// The forms of words.
const (
	formExact     form = "exact"     // letter by letter, in normal form
	formInflected form = "inflected" // with another ending: one stem
	formNear      form = "near"      // with one letter wrong
	formSound     form = "sound"     // with other letters of the same sound
	formInside    form = "inside"    // within a longer word
)

// forms are all forms, in the order in which they are looked for.
var forms = []form{formExact, formInflected, formNear, formSound, formInside}
