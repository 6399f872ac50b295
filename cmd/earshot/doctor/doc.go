// Package doctor checks everything Earshot depends on and reports what it found and what to do about it. It changes nothing.
// Checks are named values; what they examine is passed in by the program's wiring.
package doctor
