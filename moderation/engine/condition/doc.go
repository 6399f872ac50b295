// Package condition contains the conditions of rules: each kind of condition is a type in its own file, which defines its syntax,
// what it looks at, when it holds and why; Kinds lists them all. To add one, write such a file and its test, and add a line to the
// list.
//
// A Builder compiles the conditions of rules and fills in Settings, which are not changed afterwards. A Context is their input: a
// line, the lines before it, the speaker, and the room. A Context and its Roster are used by one goroutine.
package condition
