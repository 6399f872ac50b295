// Package doctor looks at all that Earshot needs, and says what it found and what to do about it. Nothing is changed. Its
// checks are values with a name; what they look with is given by whoever wires the program.
package doctor
