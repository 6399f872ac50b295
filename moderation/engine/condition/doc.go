// Package condition holds what rules may ask: each kind of condition is a type in a file of its own, which says how it is
// written, what it looks at, when it holds and why; Kinds lists them all. A new one is such a file, its test and a line in the list.
//
// A Builder compiles the conditions of rules and fills in Settings, which are not changed after that. A Context is what they look
// at: a line, the lines before it, whoever speaks, and the room. One goroutine uses a Context and the Roster behind it.
package condition
