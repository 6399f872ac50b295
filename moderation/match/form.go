package match

// Form is one way in which listed words are matched.
type Form string

// The forms of words.
const (
	Exact     Form = "exact"     // letter by letter, in normal form
	Inflected Form = "inflected" // with another ending: one stem
	Near      Form = "near"      // with one letter wrong
	Sound     Form = "sound"     // with other letters of the same sound
	Inside    Form = "inside"    // within a longer word
)

// Forms lists all forms, in the order in which they are tried.
var Forms = []Form{Exact, Inflected, Near, Sound, Inside}
