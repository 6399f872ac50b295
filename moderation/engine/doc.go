// Package engine applies a host's rules to what people say.
//
// Rules are YAML files. Load parses them strictly and reports every problem at once; the Set that it returns is immutable and can be
// shared by all rooms. A Session judges the utterances of one room in sequence and returns flags. RunChecks runs the checks in rule
// files, and Try explains one example rule by rule.
//
// A flag has a mode: watch (recorded) < suggest (the host is asked) < act. The mode of a verdict is the weakest of those allowed by
// the profile, the rule and the trust gates: doubtful text never rises above watch. A Set keeps no state, and the set of flags never
// depends on the order in which rules are written.
//
// The kinds of conditions are in package condition; steps are types in this package, and language.go lists them.
package engine
