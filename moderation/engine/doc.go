// Package engine applies a host's rules to what people say.
//
// Rules are YAML files. Load reads them strictly and reports every mistake at once; what it returns, a Set, is
// immutable and may be shared by all rooms. A Session judges the utterances of one room, one after the other, and
// returns flags. RunChecks runs the examples that rule files carry, and Try explains one example rule by rule.
//
// A flag has a mode: watch (written down) < suggest (the host is asked) < act. The mode of a verdict is the weakest
// of what the profile, the rule and the trust gates allow: doubtful text never rises above watch. A Set keeps no state,
// and the set of flags never depends on the order in which rules are written.
//
// The kinds of conditions are in package condition; steps are types here, too, and language.go lists them.
package engine
